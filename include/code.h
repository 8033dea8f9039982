/*
 * The token code a person types (RFC 6238 as AWS uses it: six digits). One rule for the module and
 * for the tool.
 */
#ifndef AWS_MFA_CODE_H
#define AWS_MFA_CODE_H

#include <stdbool.h>

#define CODE_DIGITS 6

/*
 * Takes the code out of an answer. Telephones show "123 456", so blanks before, between and behind
 * the digits are left out: space, tab, and the four blanks of Unicode that stand in numbers
 * (U+00A0, U+2007, U+2009, U+202F). At either end a line break may stand, too. The rest must be
 * exactly six ASCII digits. Returns false, and an empty code, for anything else.
 */
bool code_from_answer(char code[static CODE_DIGITS + 1], const char *answer);

/* Is text a code and nothing else: six ASCII digits, as the programs pass it on? */
bool code_is_exact(const char *text);

/*
 * Puts '*' over the code where text quotes it. The same digits in a longer number, such as an
 * account's, are not the code and stay.
 */
void code_strike_out(char *text, const char *code);

#endif
