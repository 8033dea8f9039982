/* What --help prints, in 80 columns: from the rows of commands and options. */
#ifndef AWS_MFA_HELP_H
#define AWS_MFA_HELP_H

#include "command.h"

/* The list of the commands, which ends with NULL, and all about the first one. */
void help_print(const struct command *const *commands);

void help_print_command(const struct command *c);

#endif
