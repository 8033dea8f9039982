/* Quotes text for a shell: for commands in messages. */
#ifndef AWS_MFA_SHELL_H
#define AWS_MFA_SHELL_H

#include <stdbool.h>
#include <stddef.h>

/* Writes text[0, len) into `to` as one word of a POSIX shell. False if it does not fit. */
bool shell_quote(const char *text, size_t len, char *to, size_t size);

#endif
