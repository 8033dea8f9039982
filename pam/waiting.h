/*
 * Bounds how many logins wait for a code at once, so that nobody can use up the key store and lock
 * others out. A place is a lock on one byte of a file. The kernel drops it with the process.
 */
#ifndef PAM_WAITING_H
#define PAM_WAITING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define WAITING_OF_CALLER 16 /* places of one local caller; root as a caller is not bounded */
#define WAITING_OF_TARGET 64 /* of one account that others log in to */
#define WAITING_OF_ALL 4000
#define WAITING_OF_ROOT 64 /* more, only where caller or target is root */

/* Where the places begin in the file. */
#define WAITING_CALLERS ((int64_t)0)
#define WAITING_TARGETS ((int64_t)1 << 40)
#define WAITING_ALL ((int64_t)2 << 40)
#define WAITING_ROOT ((int64_t)3 << 40)

struct waiting_login {
	bool local;   /* caller is known: su, sudo */
	uid_t caller; /* if local */
	uid_t target;
};

/*
 * Takes a place for a login in the file `name` in `folder`, which only root can change. Makes the
 * file if there is none. Returns a descriptor; the login gives the place back by closing it. If no
 * place is left, or on failure, returns -1 and one line in error[size].
 */
int waiting_take(int folder, const char *name, const struct waiting_login *login, uint32_t random,
	char *error, size_t size);

#endif
