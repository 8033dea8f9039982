/*
 * The parameters of a request in the AWS query protocol: application/x-www-form-urlencoded, with
 * lists as LIST.member.NUMBER.
 */
#ifndef AWS_MFA_STS_FORM_H
#define AWS_MFA_STS_FORM_H

#include <stddef.h>
#include <stdint.h>

/* Like snprintf(): len also counts bytes that do not fit into text[size] and are not written. */
struct form {
	char *text;
	size_t size;
	size_t len;
};

void form_put(struct form *f, const char *name, const char *value);

/* Puts nothing if number is 0: 0 means "not given". */
void form_put_number(struct form *f, const char *name, int64_t number);

/*
 * Puts LIST.member.NUMBERFIELD=VALUE, with the first len bytes of value. Numbers start at 1. field
 * is ".NAME" or empty.
 */
void form_put_member(struct form *f, const char *list, size_t number, const char *field,
	const char *value, size_t len);

/* Puts a NUL after the written bytes. */
void form_end(struct form *f);

#endif
