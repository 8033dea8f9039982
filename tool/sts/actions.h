/*
 * The AWS actions that this program calls, one row each. To call one more, add its name below and
 * its row to actions.c. For a service other than STS, add its host, too: client_open() knows only
 * STS's hosts. Sources: the API Reference of each service; "AWS query protocol".
 */
#ifndef AWS_MFA_STS_ACTIONS_H
#define AWS_MFA_STS_ACTIONS_H

#include "parameters.h"
#include "response.h"

#include <stdbool.h>
#include <stddef.h>

/* The source of a request's parameters. */
struct input {
	const struct parameters *settings;
	size_t role;      /* index in settings->roles: the role to assume */
	const char *code; /* NULL if the credentials carry the MFA already */
};

struct form;

struct action {
	const char *service; /* the service's name in a signature */
	const char *version; /* of the service's API */
	const char *name;
	void (*put)(struct form *f, const struct input *in); /* NULL: it has no parameters */
	const struct wanted *wanted; /* the fields of the answer: response.h */
	bool spends_code;            /* true: a code in the request is spent */
};

enum {
	ACTION_GET_CALLER_IDENTITY,
	ACTION_GET_SESSION_TOKEN,
	ACTION_ASSUME_ROLE,
};
extern const struct action actions[];

/*
 * Writes the body of the request to body[size], with a NUL. Returns the length of the body, or size
 * or more if it does not fit. The body may hold the code: the caller wipes it.
 */
size_t action_write(const struct action *a, const struct input *in, char *body, size_t size);

#endif
