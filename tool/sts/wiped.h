/*
 * Strings that are overwritten before they are freed: session tokens, and URLs with a password. The
 * secret key is in OpenSSL's secure heap instead (parameters.h).
 */
#ifndef AWS_MFA_STS_WIPED_H
#define AWS_MFA_STS_WIPED_H

#include <stdbool.h>
#include <stddef.h>

/* Overwrites and frees *text, and makes it NULL. */
void wiped_free(char **text);

/*
 * Appends more[0, len) to *text; NULL is like an empty string. Leaves no copy behind. Returns
 * false, and leaves *text as it is, if there is no memory.
 */
bool wiped_append(char **text, const char *more, size_t len);

#endif
