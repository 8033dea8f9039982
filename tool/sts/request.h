/*
 * A whole signed request, as it goes to AWS. Both processes use it: the signer signs with the keys
 * of the settings, the talker with those of a role that it has just assumed.
 */
#ifndef AWS_MFA_STS_REQUEST_H
#define AWS_MFA_STS_REQUEST_H

#include "actions.h"
#include "endpoint.h"
#include "error.h"
#include "parameters.h"
#include "sigv4.h"

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define REQUEST_CONTENT_TYPE "application/x-www-form-urlencoded; charset=utf-8"
#define REQUEST_BODY_SIZE 65536 /* much more than STS accepts */

/*
 * The keys that sign. session_token is NULL for long-term keys. In the talker, the keys of the
 * settings have no secret_access_key, and an empty token if there is one. The struct owns nothing.
 */
struct keys {
	const char *access_key_id, *secret_access_key, *session_token;
};

/* What is asked for. struct outgoing describes wake_fd and deadline_ms, which the signer ignores.
 */
struct call {
	const struct action *action;
	size_t role;      /* see struct input */
	const char *code; /* see struct input */
	const struct argument *arguments;
	size_t n_arguments;
	const char *marker;
	struct keys keys;
	int wake_fd;
	int64_t deadline_ms;
};

/* Too large for the stack, which the caller of this program may limit. */
struct request {
	char body[REQUEST_BODY_SIZE];
	size_t len;
	char date[SIGV4_DATE_SIZE]; /* X-Amz-Date */
	char authorization[SIGV4_AUTH_SIZE];
	char *token; /* X-Amz-Security-Token, or NULL */
};

/* Returns STATUS_CONFIG, with *e filled, if the settings make the request too long. */
enum status request_check_size(
	const struct parameters *s, const struct call *call, struct error *e);

/* Writes the body alone. The request must not be too long. */
void request_write(struct request *r, const struct parameters *s, const struct call *call);

/*
 * Writes the request and signs it for the time now, with call->keys. Returns STATUS_OK, or
 * STATUS_CONFIG or STATUS_SYSTEM with *e filled. Call request_wipe() in every case.
 */
enum status request_sign(struct request *r, const struct parameters *s, const struct endpoint *ep,
	const struct call *call, time_t now, struct error *e);

/* Overwrites the body and the token: they may hold a code and a secret. */
void request_wipe(struct request *r);

#endif
