/*
 * What the talker needs to speak with a service: settings, endpoint, connection and clock, and the
 * signer.
 */
#ifndef AWS_MFA_STS_CLIENT_H
#define AWS_MFA_STS_CLIENT_H

#include "actions.h"
#include "aws_error.h"
#include "clock.h"
#include "connection.h"
#include "endpoint.h"
#include "error.h"
#include "parameters.h"
#include "peer.h"
#include "request.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client {
	struct parameters parameters; /* without the secret key and the token */
	struct endpoint endpoint;
	struct connection *connection;
	struct clock clock;
	struct peer *signer;
	/* Of the last warm-up. A signature is good for some minutes, as long as a person may take.
	 */
	char warm_up_date[SIGV4_DATE_SIZE], warm_up_authorization[SIGV4_AUTH_SIZE];
};

/*
 * Resolves the endpoint and sets up the connection to the service. c->parameters and c->signer must
 * be filled; the rest of *c must be zero. Returns STATUS_OK, or STATUS_CONFIG or STATUS_SYSTEM with
 * *e filled. Call client_close() in every case.
 */
enum status client_open(struct client *c, enum service service, struct error *e);

/*
 * Sends the call, signed with the time that the server accepts, as connection_send() does. If
 * call->keys have no secret, the signer signs. Notes the server's time. The caller looks for
 * action->wanted in the answer.
 */
enum status client_call(
	struct client *c, const struct call *call, struct reply *reply, struct error *e);

/* Sends the warm-up that was signed before once more. */
enum status client_call_again(
	struct client *c, const struct call *call, struct reply *reply, struct error *e);

/* Sends an unsigned GET to the endpoint, as connection_send() does. Notes the server's time. */
enum status client_get(
	struct client *c, int wake_fd, int64_t deadline_ms, struct reply *reply, struct error *e);

/* Returns the keys of the settings. */
struct keys client_keys(const struct client *c);

/* Returns what aws_error.h may name for a call with these keys. role_arn may be NULL. */
struct aws_error_names client_names(
	const struct client *c, const struct keys *keys, const char *role_arn);

/* Wipes the answer and the parameters. Call it before the process ends. */
void client_close(struct client *c);

#endif
