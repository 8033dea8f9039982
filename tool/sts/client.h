/* What one profile needs to speak with a service: settings, endpoint, connection and clock. */
#ifndef AWS_MFA_STS_CLIENT_H
#define AWS_MFA_STS_CLIENT_H

#include "actions.h"
#include "aws_error.h"
#include "clock.h"
#include "connection.h"
#include "endpoint.h"
#include "error.h"
#include "parameters.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client {
	struct parameters parameters;
	struct endpoint endpoint;
	struct connection *connection;
	struct clock clock;
};

/* The keys that sign. session_token is NULL for long-term keys. The struct owns nothing. */
struct keys {
	const char *access_key_id, *secret_access_key, *session_token;
};

/* One request. struct outgoing describes wake_fd and deadline_ms. */
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

/*
 * Checks c->parameters, resolves the endpoint, checks the ARNs against the endpoint and sets up the
 * connection to the service. parameters_read() must have filled c->parameters; the rest of *c must
 * be zero. Returns STATUS_OK, or STATUS_CONFIG or STATUS_SYSTEM with *e filled. Call client_close()
 * in every case.
 */
enum status client_open(struct client *c, enum service service, struct error *e);

/* Returns STATUS_CONFIG, with *e filled, if the settings make the request too long. */
enum status client_check_size(const struct client *c, const struct call *call, struct error *e);

/*
 * Signs the call with the time that the server accepts and sends it, as connection_send() does.
 * Notes the server's time. The caller looks for action->wanted in the answer.
 */
enum status client_call(
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
