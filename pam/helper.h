/*
 * The helper: `aws-mfa pam` or `aws-mfa store`, run as the user, at the other end of a socket that
 * carries records (include/words_pam.h).
 */
#ifndef PAM_HELPER_H
#define PAM_HELPER_H

#include <stdbool.h>
#include <stddef.h>

#include "user.h"

struct helper {
	int fd;    /* read and write records here */
	int pidfd; /* names the process; unlike a pid it is never reused */
};

struct helper_call {
	const char *profile; /* NULL: the helper's own choice */
	unsigned timeout;    /* seconds */
	bool always;
	bool notify;
};

/*
 * Starts `aws-mfa pam` as the user. Returns false with one line in error[size] if it cannot. A
 * failure in the child arrives as a `result` record. The application's signal dispositions and
 * other children stay as they are.
 */
bool helper_start(struct helper *h, const struct user *user, const struct helper_call *call,
	char *error, size_t size);

/* The same with argv, which ends with NULL. The helper gets `input` as its descriptor 0; -1: none.
 */
bool helper_run(struct helper *h, const struct user *user, const char *const *argv, int input,
	char *error, size_t size);

/*
 * Kills the helper, waits at most 2 s for its end, and reaps it. A dead file system can hold the
 * helper in the kernel for longer. The application then reaps it like any other child.
 */
void helper_end(struct helper *h);

#endif
