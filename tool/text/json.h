/* Prints JSON (RFC 8259). */
#ifndef AWS_MFA_JSON_H
#define AWS_MFA_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Prints text as a JSON string, or null if text is NULL. Prints '?' for each byte that is not
 * UTF-8, and an escape for a character that steers a terminal or changes the order of text
 * (character.h).
 */
void json_string(FILE *out, const char *text);

/* Prints before, then "name": and json_string(). before is what separates: "{", "," or ",{". */
void json_member(FILE *out, const char *before, const char *name, const char *text);

/* Prints ,"name": and the number; null if it is not known. */
void json_number(FILE *out, const char *name, int64_t number, bool known);

#endif
