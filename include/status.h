/*
 * How a refresh ends. A number means the same in all three programs. aws-mfa exits with it. A
 * `result` record carries it. The PAM module maps it to its own result. aws-mfa(1) and
 * pam_aws_mfa(8) show this table.
 */
#ifndef AWS_MFA_STATUS_H
#define AWS_MFA_STATUS_H

enum status {
	STATUS_MALFORMED = -1, /* not a status: record_result() cannot read it */
	STATUS_OK = 0,         /* STS accepted a fresh code and the session is written */
	STATUS_NO_SESSION = 1, /* no session is valid (--notify), or doctor has something to mend */
	STATUS_USAGE = 2,      /* a bad value on the command line; in a file it is STATUS_CONFIG */
	STATUS_VALID = 3,  /* the session is still valid, nothing is asked; never an exit status */
	STATUS_SYSTEM = 4, /* no memory, no descriptors, a broken peer; says nothing about AWS */
	STATUS_NOT_STORED = 10,  /* the code was accepted, but the file could not be written */
	STATUS_WRONG_CODE = 11,  /* the code is wrong, reused, or not six digits */
	STATUS_NOT_SET_UP = 12,  /* no credentials file (only if ENOENT), or no long-term section */
	STATUS_CONFIG = 13,      /* set up wrongly: keys, modes, values, policy */
	STATUS_UNAVAILABLE = 14, /* STS was not reached, and no byte of the code was sent */
	STATUS_CODE_SPENT = 15,  /* failed after the code was sent: the code may be used up */

	/* Of exec only, as of env(1): its command was not run, cannot be run, was not found. */
	STATUS_NOT_RUN = 125,
	STATUS_NOT_EXECUTABLE = 126,
	STATUS_NO_COMMAND = 127,
};

#endif
