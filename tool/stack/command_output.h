/* Asks a program of this system, such as sshd, for what it knows. */
#ifndef AWS_MFA_STACK_COMMAND_OUTPUT_H
#define AWS_MFA_STACK_COMMAND_OUTPUT_H

#include "text/secret.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Runs argv[0], an absolute path, with no environment but PATH, for 10 s at most. *out becomes its
 * standard output; the caller frees it. False: it failed, and why[size] says how: the first line of
 * its standard error.
 */
bool command_output(const char *const argv[], struct secret *out, char *why, size_t size);

/* The first of these paths that can be run; NULL if there is none. */
const char *command_find(const char *const paths[]);

#endif
