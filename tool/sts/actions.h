/*
 * The actions that are called here, a row each. To call another one, add its name below and its row
 * to actions.c. A service other than STS also needs its host: client_open() knows STS's alone.
 * Sources: the API Reference of each service; "AWS query protocol".
 */
#ifndef AWS_MFA_STS_ACTIONS_H
#define AWS_MFA_STS_ACTIONS_H

#include "parameters.h"
#include "response.h"

#include <stdbool.h>
#include <stddef.h>

/* What the parameters of a request are taken from. */
struct input {
	const struct parameters *settings;
	size_t role;      /* which of settings->roles is assumed */
	const char *code; /* NULL where the credentials carry the MFA already */
};

struct form;

struct action {
	const char *service; /* as a signature names it */
	const char *version; /* of the service's API */
	const char *name;
	void (*put)(struct form *f, const struct input *in); /* NULL: it has no parameters */
	const struct wanted *wanted;                         /* of the answer: response.h */
	bool spends_code;                                    /* where it is given one */
};

enum {
	ACTION_GET_CALLER_IDENTITY,
	ACTION_GET_SESSION_TOKEN,
	ACTION_ASSUME_ROLE,
};
extern const struct action actions[];

/*
 * Writes the NUL-terminated body of the request to body[size] and returns its length; size or more
 * when it does not fit. It may hold the code: the caller wipes it.
 */
size_t action_write(const struct action *a, const struct input *in, char *body, size_t size);

#endif
