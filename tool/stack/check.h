/* Checks a PAM service: aws-mfa doctor --pam SERVICE. */
#ifndef AWS_MFA_STACK_CHECK_H
#define AWS_MFA_STACK_CHECK_H

#include "doctor/findings.h"
#include "error.h"

#include <stdio.h>

struct stack_question {
	const char *service;
	const char *user; /* NULL: for all users */
	const char *root; /* "" but in tests: then only the stack below it is looked at */
	FILE *table;      /* the table for people goes there; NULL: nowhere */
	bool color;
};

/*
 * Adds what is wrong to *l. STATUS_OK: it looked. STATUS_USAGE: a bad name. STATUS_SYSTEM: it could
 * not look, and *e says why; the caller is not root, for example.
 */
enum status stack_check(struct findings *l, const struct stack_question *q, struct error *e);

#endif
