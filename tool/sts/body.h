/* The bytes of an answer as they come in, BODY_MAX at most. A body that grows leaves no copies. */
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
	bool too_long; /* refused bytes beyond BODY_MAX */
	bool no_memory;
};

/* Appends the bytes. On failure, returns false and sets too_long or no_memory. */
bool body_append(struct body *b, const char *bytes, size_t len);

/* Overwrites the bytes and makes the body empty. Keeps the memory. */
void body_wipe(struct body *b);

void body_free(struct body *b);

#endif
