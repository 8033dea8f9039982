/*
 * The token code a person types (RFC 6238 as AWS uses it: six digits).
 */
#ifndef PAM_CODE_H
#define PAM_CODE_H

#include <stdbool.h>

#define CODE_DIGITS 6

/*
 * Takes the code out of an answer: ASCII blanks around it are dropped, the rest is exactly six
 * ASCII digits. Returns false, and an empty code, for anything else.
 */
bool code_from_answer(char code[static CODE_DIGITS + 1], const char *answer);

#endif
