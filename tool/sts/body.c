#include "body.h"

#include <stdlib.h>
#include <string.h>

#define SIZE_AT_FIRST 65536U

static bool grow(struct body *b, size_t needed)
{
	size_t size = b->size ? b->size : SIZE_AT_FIRST;
	char *bytes;

	while (size < needed)
		size *= 2;
	bytes = malloc(size);
	if (!bytes)
		return false;
	if (b->len > 0)
		memcpy(bytes, b->bytes, b->len);
	/* Do not use realloc(): it may leave a copy behind that holds a secret. */
	if (b->bytes)
		explicit_bzero(b->bytes, b->len);
	free(b->bytes);
	b->bytes = bytes;
	b->size = size;
	return true;
}

bool body_append(struct body *b, const char *bytes, size_t len)
{
	if (len > BODY_MAX - b->len) {
		b->too_long = true;
		return false;
	}
	if (len > b->size - b->len && !grow(b, b->len + len)) {
		b->no_memory = true;
		return false;
	}
	memcpy(b->bytes + b->len, bytes, len);
	b->len += len;
	return true;
}

void body_wipe(struct body *b)
{
	if (b->bytes) /* nothing was ever written after len */
		explicit_bzero(b->bytes, b->len);
	b->len = 0;
	b->too_long = b->no_memory = false;
}

void body_free(struct body *b)
{
	body_wipe(b);
	free(b->bytes);
	*b = (struct body){0};
}
