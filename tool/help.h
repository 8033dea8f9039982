/* Prints --help in 80 columns, from the tables of commands and options. */
#ifndef AWS_MFA_HELP_H
#define AWS_MFA_HELP_H

#include "command.h"

/* Prints the list of commands, and the options of the first command. commands ends with NULL. */
void help_print(const struct command *const *commands);

void help_print_command(const struct command *c);

#endif
