/* Quotes text for a shell: for commands in messages. */
#ifndef AWS_MFA_SHELL_H
#define AWS_MFA_SHELL_H

#include <stdbool.h>
#include <stddef.h>

/* Writes text[0, len) into `to` as one word of a POSIX shell. False if it does not fit. */
bool shell_quote(const char *text, size_t len, char *to, size_t size);

#define SHELL_PROFILE_SIZE 300

/*
 * How a command in a message names a profile: "--profile WORD", and "--profile=WORD" if the name
 * begins with '-'. As an operand it is WORD, if the name does not begin with '-'. A name that does
 * not fit is NAME. Both return `to`.
 */
const char *shell_profile(const char *name, char to[static SHELL_PROFILE_SIZE]);
const char *shell_operand(const char *name, char to[static SHELL_PROFILE_SIZE]);

#endif
