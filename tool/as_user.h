/*
 * Root does something in a user's home as that user: root itself opens no file there. A child
 * process becomes the user, does the work and sends back what it has found.
 */
#ifndef AWS_MFA_AS_USER_H
#define AWS_MFA_AS_USER_H

#include "error.h"
#include "text/secret.h"

#include <stdbool.h>
#include <stddef.h>

#define AS_USER_FIELDS 5
#define AS_USER_ROOM 8192 /* bytes of all fields */

/*
 * The work. It runs with the uid, the groups and the home of the user, and with no other
 * environment. Strings that it adds to out, each with its NUL, are the fields of the answer.
 */
typedef enum status as_user_work(const void *arg, struct secret *out, struct error *e);

struct as_user_answer {
	struct secret bytes;
	const char *field[AS_USER_FIELDS]; /* NULL: not there */
};

/*
 * Runs work as the user. Returns its status, with its *e. STATUS_NOT_SET_UP: there is no such user.
 * STATUS_SYSTEM: could not become the user, or the child was killed, or stopped for
 * TIMEOUT_DEFAULT + 5 s. The
 * fields are what a process of the user said: check them. Call secret_free() for answer->bytes in
 * any case.
 */
enum status as_user(const char *user, as_user_work *work, const void *arg,
	struct as_user_answer *answer, struct error *e);

/* Adds a field. False if there is no room. */
bool as_user_put(struct secret *out, const char *text);

#endif
