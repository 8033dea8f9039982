/* An answer's bytes as they come in: bounded, and leaving no copies behind when it grows. */
#ifndef AWS_MFA_STS_BODY_H
#define AWS_MFA_STS_BODY_H

#include <stdbool.h>
#include <stddef.h>

#define BODY_MAX ((size_t)1 << 20)

/* All zero is an empty body. */
struct body {
	char *bytes;
	size_t len;
	size_t size;
	bool too_long; /* bytes beyond BODY_MAX were refused */
	bool no_memory;
};

/* Returns false, with too_long or no_memory set, when the bytes could not be taken. */
bool body_append(struct body *b, const char *bytes, size_t len);

/* Overwrites it and makes it empty, keeping the memory. */
void body_wipe(struct body *b);

void body_free(struct body *b);

#endif
