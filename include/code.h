/*
 * The token code that a person types: six digits (RFC 6238 as AWS uses it). The module and the tool
 * share these rules.
 */
#ifndef AWS_MFA_CODE_H
#define AWS_MFA_CODE_H

#include <stdbool.h>

#define CODE_DIGITS 6

/*
 * Takes the code out of an answer: exactly six ASCII digits. Telephones show "123 456", so blanks
 * before, between and after the digits are skipped. Blanks are space, tab and four blanks of
 * Unicode that stand in numbers: U+00A0, U+2007, U+2009 and U+202F. Line breaks are skipped before
 * and after the digits, not between them. For anything else, returns false and an empty code.
 */
bool code_from_answer(char code[static CODE_DIGITS + 1], const char *answer);

/* True if text is six ASCII digits and nothing else. The programs pass codes on in this form. */
bool code_is_exact(const char *text);

/*
 * Replaces the code with '*' wherever text quotes it. The same digits inside a longer number stay,
 * for example in an account id: they are not the code.
 */
void code_strike_out(char *text, const char *code);

/* Puts '*' over all that may be a code: exactly six digits in a row. */
void code_strike_out_any(char *text);

#endif
