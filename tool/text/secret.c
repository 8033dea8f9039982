#include "secret.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool secret_make(struct secret *s, size_t room)
{
	s->data = malloc(room + 1);
	s->size = 0;
	if (s->data)
		s->data[0] = '\0';
	return s->data != NULL;
}

void secret_add(struct secret *s, const char *data, size_t size)
{
	if (size > 0)
		memcpy(s->data + s->size, data, size);
	s->size += size;
	s->data[s->size] = '\0';
}

bool secret_copy(struct secret *s, const char *data, size_t size)
{
	if (!secret_make(s, size))
		return false;
	secret_add(s, data, size);
	return true;
}

bool secret_equal(const struct secret *a, const struct secret *b)
{
	return a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

void secret_clear(struct secret *s)
{
	if (s->data)
		explicit_bzero(s->data, s->size);
	s->size = 0;
}

void secret_free(struct secret *s)
{
	secret_clear(s);
	free(s->data);
	s->data = NULL;
}

void secret_free_string(const char *string)
{
	struct secret s = {(char *)(uintptr_t)string, string ? strlen(string) : 0};

	secret_free(&s);
}
