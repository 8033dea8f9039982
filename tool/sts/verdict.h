/*
 * How a call to STS ended: a row of include/status.h and one line of plain words for a person,
 * which names what failed and the next step. It never holds a code, a key's secret, a token or a
 * proxy's password.
 */
#ifndef AWS_MFA_STS_VERDICT_H
#define AWS_MFA_STS_VERDICT_H

#include <stddef.h>

struct verdict {
	int status; /* enum status */
	char text[1024];
};

/* Fills *v, cutting what does not fit. Returns status, so that callers can return it. */
int verdict_set(struct verdict *v, int status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Copies at most size - 1 bytes of what a server said, so that it may stand in a line shown on
 * a terminal: everything but printable ASCII becomes '?' and runs of blanks become one.
 */
void verdict_quote(char *dst, size_t size, const char *src);

#endif
