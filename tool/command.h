/* The commands of aws-mfa: one file each, and a row in the table in aws-mfa.c. */
#ifndef AWS_MFA_COMMAND_H
#define AWS_MFA_COMMAND_H

#include "command_line.h"

/* Each returns the exit status: enum status, and 0 for STATUS_VALID. */
int cmd_refresh(const struct command_line *line);
int cmd_setup(const struct command_line *line);
int cmd_explain(const struct command_line *line);

/* Run by the PAM module, argv[0] being "pam"; speaks the records of record.h on RECORD_FD. */
int cmd_pam(int argc, char **argv);

#endif
