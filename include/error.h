/*
 * Why a step failed: the exit status of the program, and one line for a person. A `result` record
 * carries both. The line never holds a code, a secret key, a token or a proxy's password.
 */
#ifndef AWS_MFA_ERROR_H
#define AWS_MFA_ERROR_H

#include "status.h"

#include <stddef.h>

struct error {
	enum status status;
	char text[1024]; /* what is wrong, where, and what to do; no newline */
};

/*
 * Fills *e and returns status, so that a caller can `return error_set()`. A text that is too long
 * is cut.
 */
enum status error_set(struct error *e, enum status status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * error_set() with STATUS_SYSTEM and the text "WHAT: strerror(errno)". If no descriptor is left, it
 * names the limit.
 */
enum status error_system(struct error *e, const char *what);

/*
 * Writes to text[size] why no process or thread can be started, because EAGAIN does not name the
 * limit. Returns text.
 */
const char *error_no_process(char *text, size_t size);

#endif
