/*
 * The AWS actions that this program calls, one row each. To call one more, add its name below and
 * its row to actions.c. A service other than STS and IAM needs its hosts, too: endpoint.h. Sources:
 * the API Reference of each service; "AWS query protocol".
 */
#ifndef AWS_MFA_STS_ACTIONS_H
#define AWS_MFA_STS_ACTIONS_H

#include "endpoint.h"
#include "parameters.h"
#include "response.h"

#include <stdbool.h>
#include <stddef.h>

#define ARGUMENTS_MAX 4
/* The parts of a list. IAM's lists of a user have ten items at most. */
#define PARTS_MAX 16
/* The signatures of the warm-up: one, and one more if the clock is wrong. */
#define WARM_UPS_SIGNED 2

/* A parameter that aws-mfa gave with the name of the action. */
struct argument {
	const char *name, *value;
};

/* The source of a request's parameters. */
struct input {
	const struct parameters *settings;
	size_t role;      /* index in settings->roles: the role to assume */
	const char *code; /* NULL if the credentials carry the MFA already */
	const struct argument *arguments;
	size_t n_arguments;
	const char *marker; /* of the part of a list that is wanted; NULL: the first */
};

struct form;

struct action {
	const char *version; /* of the service's API */
	const char *name;
	void (*put)(struct form *f, const struct input *in); /* NULL: it has no parameters */
	const struct wanted *wanted; /* the fields of the answer: response.h */
	/* The names of arguments it takes, with a blank around each. NULL: `call` must not ask for
	 * it. */
	const char *arguments;
	const char *called; /* the name for `call`, where it is not AWS's; else NULL */
	enum service service;
	bool spends_code; /* true: a code in the request is spent */
	bool changes;     /* AWS changes something: never send it twice */
	bool parts;       /* the answer is a list that may come in parts */
};

enum {
	ACTION_GET_CALLER_IDENTITY,
	ACTION_GET_SESSION_TOKEN,
	ACTION_ASSUME_ROLE,
	ACTION_LIST_MFA_DEVICES,
	ACTION_LIST_ACCESS_KEYS,
	ACTION_CREATE_ACCESS_KEY,
	ACTION_UPDATE_ACCESS_KEY,
	ACTION_DELETE_ACCESS_KEY,
	ACTION_SIMULATE_RIGHTS,
	ACTION_TRY_SESSION,
	ACTION_ASSUME_WITH_SESSION,
	N_ACTIONS
};
extern const struct action actions[N_ACTIONS];

/*
 * Splits the text of `call`, "ACTION NAME=VALUE ...", in place. Returns the action that `call` may
 * ask for, or NULL if the text is no such call. Then *n is not valid.
 */
const struct action *action_parse(
	char *text, struct argument arguments[static ARGUMENTS_MAX], size_t *n);

/*
 * How many signatures a request may need: one, and one for each further part of a list. And one
 * more if the clock is wrong, but not for a code: the warm-up comes before it.
 */
unsigned action_signatures(const struct action *a);

/*
 * Writes the body of the request to body[size], with a NUL. Returns the length of the body, or size
 * or more if it does not fit. The body may hold the code: the caller wipes it.
 */
size_t action_write(const struct action *a, const struct input *in, char *body, size_t size);

#endif
