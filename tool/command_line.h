/* The words of the command line: which command, its options, its operands. */
#ifndef AWS_MFA_COMMAND_LINE_H
#define AWS_MFA_COMMAND_LINE_H

#include "command.h"

/*
 * Fills *line, which must be zeros, from argv. commands ends with NULL; its first one is meant
 * where no command is named. Options, operands and the command may stand in any order; "--" ends
 * options. An option may be shortened to a beginning that no other option of the command has. At
 * --help and --version parsing ends.
 *
 * STATUS_USAGE after a mistake: *e names it and the next step, and line->command is the command
 * where one is known, else NULL. STATUS_SYSTEM without memory. *line keeps pointers into argv,
 * which is put in order. A secret is overwritten in argv at once: until then ps shows it.
 * command_line_free() in any case.
 */
enum status command_line_parse(const struct command *const *commands, int argc, char **argv,
	struct command_line *line, struct error *e);
void command_line_free(struct command_line *line);

#endif
