/* The options that a command takes, and how to find them by the text of the user. */
#ifndef AWS_MFA_COMMAND_OPTIONS_H
#define AWS_MFA_COMMAND_OPTIONS_H

#include "command.h"

/* The option with number id, which is below N_OPTIONS. NULL if c does not take it. */
const struct option *command_option_get(const struct command *c, size_t id);

enum option_found { FOUND_NONE, FOUND_ONE, FOUND_SEVERAL };

/*
 * Finds the option of c for name[len], and sets *id to its number. name has its dashes, and may be
 * the beginning of an option. FOUND_SEVERAL: several options begin with name, and *id is the first.
 */
enum option_found command_option_find(
	const struct command *c, const char *name, size_t len, size_t *id);

/* Writes the options of c that begin with name[len] to text[size]: "--tag, --timeout". */
void command_option_list(
	const struct command *c, const char *name, size_t len, char *text, size_t size);

/* The name of the option of c that is most similar to name[len]; NULL if none is similar. */
const char *command_option_nearest(const struct command *c, const char *name, size_t len);

#endif
