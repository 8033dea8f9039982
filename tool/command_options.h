/* Which options a command takes, and how they are found by what was written. */
#ifndef AWS_MFA_COMMAND_OPTIONS_H
#define AWS_MFA_COMMAND_OPTIONS_H

#include "command.h"

/* The option of this number, below N_OPTIONS; NULL when c does not take it. */
const struct option *command_option_get(const struct command *c, size_t id);

enum option_found { FOUND_NONE, FOUND_ONE, FOUND_SEVERAL };

/*
 * Finds the option of c that name[len] means, and its number: a name with its dashes, or a
 * beginning that no other option of c has. After FOUND_SEVERAL *id is the first of them.
 */
enum option_found command_option_find(
	const struct command *c, const char *name, size_t len, size_t *id);

/* Writes to text[size] the names of c's options that begin with name[len]: "--tag, --timeout". */
void command_option_list(
	const struct command *c, const char *name, size_t len, char *text, size_t size);

/* The name of an option of c that is meant by a misspelt name[len]; NULL when none is near. */
const char *command_option_nearest(const struct command *c, const char *name, size_t len);

#endif
