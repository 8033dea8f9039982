/* What systemd says of its units. */
#ifndef AWS_MFA_STACK_UNITS_H
#define AWS_MFA_STACK_UNITS_H

#include "text/secret.h"

#include <stdbool.h>
#include <stddef.h>

enum { UNITS_MOST = 4 };

/*
 * Asks for properties, such as "Id,LoadState", of these units, up to NULL or UNITS_MOST. *shown
 * becomes lines of NAME=VALUE; the caller frees it. False: why[size] says why nobody can tell.
 */
bool units_ask(struct secret *shown, const char *properties, const char *const *units, char *why,
	size_t size);

/*
 * Ends the text of the first unit with a NUL, and returns the text of the next unit; NULL if there
 * is none.
 */
char *units_next(char *shown);

/* The value, up to the end of its line. "" if the property is not there. */
const char *units_value(const char *shown, const char *name);
bool units_is(const char *shown, const char *name, const char *value);

#endif
