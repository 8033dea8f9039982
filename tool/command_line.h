/* The words of the command line: which command, its options, its operands. */
#ifndef AWS_MFA_COMMAND_LINE_H
#define AWS_MFA_COMMAND_LINE_H

#include "command.h"

/*
 * Fills *line, which must be zeros, from argv. commands ends with NULL. Its first command is used
 * if the user names none.
 *
 * Options, operands and the command may come in any order. "--" ends the options. An option may be
 * shortened to a beginning that no other option of the command has. A value that begins with '-'
 * must be written as --name=value. Parsing stops after --help or --version.
 *
 * STATUS_USAGE: the user made a mistake. *e names it and the next step, but never a code.
 * line->command is NULL if the command is unknown. STATUS_SYSTEM: no memory.
 *
 * *line keeps pointers into argv, and the words of argv are reordered. The value of a secret option
 * is overwritten in argv at once; until then ps shows it. Call command_line_free() afterwards, also
 * after a failure.
 */
enum status command_line_parse(const struct command *const *commands, int argc, char **argv,
	struct command_line *line, struct error *e);
void command_line_free(struct command_line *line);

/*
 * For commands with the operand NAME: copies the options of the settings to options[], and takes
 * NAME as --profile. The strings still belong to *line. STATUS_USAGE with *e filled if both are
 * given, or if an operand cannot be the name of a profile.
 */
enum status command_line_profile(
	const struct command_line *line, const char *options[N_SETTINGS], struct error *e);

#endif
