/*
 * What can follow on a command line that is not complete: from the tables of commands and options,
 * and from the user's own files. It asks nothing, uses no network and prints no message.
 */
#ifndef AWS_MFA_COMPLETION_H
#define AWS_MFA_COMPLETION_H

#include "command.h"

/* What the shell itself must complete. */
enum completion_kind {
	COMPLETION_WORDS, /* nothing: add() has got all */
	COMPLETION_FILES,
	COMPLETION_USERS,
	COMPLETION_COMMAND, /* another command, which begins after the last "--" */
};

/* Gets a word, and half a sentence of help; NULL for none. */
typedef void completion_add(void *arg, const char *word, const char *help);

/*
 * words are those between the program's name and the word to complete. typed is that word, as far
 * as it is typed. add() also gets words with another beginning, unless filter is set.
 */
enum completion_kind completion_find(char *const words[], size_t n, const char *typed, bool filter,
	completion_add *add, void *arg);

#endif
