/*
 * The calls to IAM that a rotation makes, repeated where that is harmless, with an explanation if
 * they fail.
 */
#ifndef AWS_MFA_ROTATE_CALLS_H
#define AWS_MFA_ROTATE_CALLS_H

#include "call.h"
#include "credentials/rotation.h"
#include "credentials/session.h"
#include "error.h"
#include "settings/settings.h"

#include <stdbool.h>
#include <stddef.h>

/* The caller sets the first three. */
struct rotate {
	const struct settings *settings;
	const struct session *session;
	const char *command; /* "aws-mfa rotate NAME", for messages */
	struct rotation rotation;
	struct caller caller;
	struct call_identity who;
	struct call_key keys[ITEMS_MAX]; /* the user's, as AWS lists them */
	size_t n_keys;
};

enum rotate_call { LIST_KEYS, ACTIVATE_KEY, DEACTIVATE_KEY, DELETE_KEY };

/* Does AWS accept this key? Asks once. */
bool rotate_accepts(const struct settings *s, const struct rotation_key *key);

/* Starts r->caller with the keys of the session, and fills r->who. */
enum status rotate_start_calls(struct rotate *r, struct error *e);

/* key_id is NULL for LIST_KEYS, which fills r->keys. DELETE_KEY succeeds if the key is gone. */
enum status rotate_call(
	struct rotate *r, enum rotate_call call, const char *key_id, struct error *e);

/* STATUS_CODE_SPENT: AWS may have created a key. */
enum status rotate_create(struct rotate *r, struct rotation_key *key, struct error *e);

/* True if the last call of r->caller failed because the user or the key does not exist. */
bool rotate_says(const struct rotate *r, const char *aws_error);

/* The key in r->keys; NULL if it is not there. */
struct call_key *rotate_listed(struct rotate *r, const char *key_id);

/*
 * Signs a GetCallerIdentity with the key, until AWS knows the key. Gives up after the time limit of
 * `patience` calls: then *unknown is true and the status STATUS_CODE_SPENT.
 */
#define PATIENCE 3
enum status rotate_prove(struct rotate *r, const struct rotation_key *key, int patience,
	bool *unknown, struct error *e);

#endif
