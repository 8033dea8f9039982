/*
 * How a refresh ended. One number means the same in all three programs: the exit status of
 * aws-mfa, the first word of a `result` record, and the row the PAM module maps to its answer.
 * aws-mfa(1) and pam_aws_mfa(8) print this table for people.
 */
#ifndef AWS_MFA_STATUS_H
#define AWS_MFA_STATUS_H

enum status {
	STATUS_MALFORMED = -1, /* no status: what record_result() could not read */
	STATUS_OK = 0,         /* STS accepted a fresh code and the session is written */
	STATUS_NO_SESSION = 1, /* only for a question about the session: there is no valid one */
	STATUS_USAGE = 2,      /* a bad value on the command line (in a file it is STATUS_CONFIG) */
	STATUS_VALID = 3,  /* the session is still valid, nothing was asked; never an exit status */
	STATUS_SYSTEM = 4, /* no memory, no descriptors, a broken peer: says nothing about AWS */
	STATUS_NOT_STORED = 10,  /* the code was accepted, but the file could not be written */
	STATUS_WRONG_CODE = 11,  /* wrong or reused, or not six digits */
	STATUS_NOT_SET_UP = 12,  /* no credentials file or no long-term section (ENOENT only) */
	STATUS_CONFIG = 13,      /* set up wrongly: keys, modes, values, policy */
	STATUS_UNAVAILABLE = 14, /* STS not reached, and no byte of the code was sent */
	STATUS_CODE_SPENT = 15,  /* failed after the code was sent: it may be used up */
};

#endif
