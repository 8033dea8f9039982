/* Text for a shell: what a message tells people to run. */
#ifndef AWS_MFA_SHELL_H
#define AWS_MFA_SHELL_H

#include <stdbool.h>
#include <stddef.h>

/* text[0, len) as one word of a POSIX shell into to. False where it does not fit. */
bool shell_quote(const char *text, size_t len, char *to, size_t size);

#endif
