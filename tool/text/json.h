/* Prints JSON (RFC 8259). */
#ifndef AWS_MFA_JSON_H
#define AWS_MFA_JSON_H

#include <stdio.h>

/*
 * Prints text as a JSON string, or null if text is NULL. Prints '?' for each byte that is not
 * UTF-8, and an escape for a character that steers a terminal or changes the order of text
 * (character.h).
 */
void json_string(FILE *out, const char *text);

#endif
