/*
 * Data that must not stay in memory: keys, tokens, codes, passwords, and files with one of them.
 * All such data has this type, so that it is overwritten before it is freed. Never print it.
 *
 * Three kinds of data have another type, and are wiped all the same. The value of a setting may be
 * a URL with a password: secret_free_string(). Records stand in the buffer of their reader:
 * record_reader_wipe(). The module and aws-mfa-sts do not link this file: see converse_free() and
 * tool/sts/wiped.h.
 */
#ifndef AWS_MFA_SECRET_H
#define AWS_MFA_SECRET_H

#include <stdbool.h>
#include <stddef.h>

struct secret {
	char *data; /* NULL: no secret. A NUL follows the last byte; size does not count it */
	size_t size;
};

/*
 * Makes *s an empty secret that can grow to room bytes. *s must not hold a secret yet. False: no
 * memory.
 */
bool secret_make(struct secret *s, size_t room);

/* Appends data. The room must be large enough. */
void secret_add(struct secret *s, const char *data, size_t size);

/* Does secret_make() and secret_add(). */
bool secret_copy(struct secret *s, const char *data, size_t size);

bool secret_equal(const struct secret *a, const struct secret *b);

/* Overwrites the bytes and keeps the room. */
void secret_clear(struct secret *s);

/* Overwrites and frees the bytes. *s then holds no secret. */
void secret_free(struct secret *s);

/*
 * The same for a string that holds a secret only sometimes, such as a URL with a password. Such a
 * string is a `const char *`, although its owner frees it: no compiler accepts free() for it.
 */
void secret_free_string(const char *string);

#endif
