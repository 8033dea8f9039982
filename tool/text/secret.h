/*
 * What must not stay in memory: a key, a token, a code, a password, and a file that holds some. All
 * of them are of this type, so that none is freed without being overwritten. Never printed.
 */
#ifndef AWS_MFA_SECRET_H
#define AWS_MFA_SECRET_H

#include <stdbool.h>
#include <stddef.h>

struct secret {
	char *data; /* NULL: none. A NUL behind the last byte, which size does not count */
	size_t size;
};

/* Makes *s, which must be none, an empty one that can grow to room bytes. False: no memory. */
bool secret_make(struct secret *s, size_t room);

/* Appends within the room there is. */
void secret_add(struct secret *s, const char *data, size_t size);

/* Both at once. */
bool secret_copy(struct secret *s, const char *data, size_t size);

bool secret_equal(const struct secret *a, const struct secret *b);

/* Overwrites; the room stays. */
void secret_clear(struct secret *s);

/* Overwrites and frees; *s is none then. */
void secret_free(struct secret *s);

/* The same for a string that is a secret only now and then, as a URL with a password. */
void secret_free_string(char *string);

#endif
