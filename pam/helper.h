/*
 * The helper: `aws-mfa pam`, run as the user, at the other end of a socket that carries records
 * (include/words_pam.h).
 */
#ifndef PAM_HELPER_H
#define PAM_HELPER_H

#include <stdbool.h>
#include <stddef.h>

#include "user.h"

struct helper {
	int fd;    /* read and write records here */
	int pidfd; /* the process, under a name that is never recycled */
};

struct helper_call {
	const char *profile; /* NULL: the helper's own choice */
	unsigned timeout;    /* seconds */
	bool always;
	bool notify;
};

/*
 * Starts the helper as the user. Returns 0, or -1 with one line in error[size]. What fails in the
 * child afterwards arrives as a `result` record. The application's signal dispositions and its
 * other children are left alone.
 */
int helper_start(struct helper *h, const struct user *user, const struct helper_call *call,
	char *error, size_t size);

/*
 * Kills the helper, waits for its end at most 2 s, and reaps it. One that a file system of the
 * user's holds in the kernel for longer is left to the application's own waiting, as any child.
 */
void helper_end(struct helper *h);

#endif
