/* Splits a command line into words, without a shell. */
#ifndef AWS_MFA_SPLIT_H
#define AWS_MFA_SPLIT_H

#include <stddef.h>

/*
 * Splits text in place, like Python's shlex.split(). Blanks separate words; single and double
 * quotes group. A backslash quotes the next character; between double quotes only '\\' and '"'.
 * Nothing else is special: no variables, no '~', no pipes.
 *
 * words[most] gets the words, which stand in text, and a NULL behind them. Returns NULL, or what is
 * wrong, as the end of a message.
 */
const char *split_words(char *text, char **words, size_t most);

#endif
