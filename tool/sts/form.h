/*
 * Parameters of a request as the AWS query protocol has them: application/x-www-form-urlencoded,
 * lists as LIST.member.NUMBER.
 */
#ifndef AWS_MFA_STS_FORM_H
#define AWS_MFA_STS_FORM_H

#include <stddef.h>
#include <stdint.h>

/* As with snprintf(): what does not fit into text[size] is counted in len, and not written. */
struct form {
	char *text;
	size_t size;
	size_t len;
};

void form_put(struct form *f, const char *name, const char *value);

/* 0 stands for "not given": nothing is put. */
void form_put_number(struct form *f, const char *name, int64_t number);

/* LIST.member.NUMBER[.FIELD]=VALUE, the first len bytes of value; numbers start at 1. */
void form_put_member(struct form *f, const char *list, size_t number, const char *field,
	const char *value, size_t len);

/* Puts the NUL behind what was written. */
void form_end(struct form *f);

#endif
