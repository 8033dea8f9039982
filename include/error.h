/*
 * How a step failed: the status the program ends with, and one line for a person - what a
 * `result` record carries. Never a code, a secret key, a token or a proxy's password.
 */
#ifndef AWS_MFA_ERROR_H
#define AWS_MFA_ERROR_H

#include "status.h"

#include <stddef.h>

struct error {
	enum status status;
	char text[1024]; /* what is wrong, where, and the next step; no newline */
};

/* Fills *e (text is cut to fit) and returns status, so that a caller can `return error_set()`. */
enum status error_set(struct error *e, enum status status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* error_set() for a lack of memory or another failure that says nothing about AWS. */
enum status error_system(struct error *e, const char *what);

/*
 * Writes to text[size] why no process or thread can be started: EAGAIN does not name the limit.
 * Returns text.
 */
const char *error_no_process(char *text, size_t size);

#endif
