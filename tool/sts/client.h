/* One profile's dealings with STS: where, with whose key, at what time; and one signed call. */
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

/* Who signs. session_token is NULL for long-term keys. Nothing is owned. */
struct keys {
	const char *access_key_id, *secret_access_key, *session_token;
};

/* wake_fd and deadline_ms as in struct outgoing. */
struct call {
	const struct action *action;
	size_t role;      /* struct input */
	const char *code; /* likewise */
	struct keys keys;
	int wake_fd;
	int64_t deadline_ms;
};

/*
 * Checks c->parameters, which parameters_read() has filled (all else is zeros), resolves the
 * endpoint, checks ARNs against it and sets the connection up. Returns STATUS_OK, or STATUS_CONFIG
 * or STATUS_SYSTEM with *e filled. client_close() in every case.
 */
enum status client_open(struct client *c, struct error *e);

/* STATUS_CONFIG, with *e filled, when the settings make too long a request of it. */
enum status client_check_size(const struct client *c, const struct call *call, struct error *e);

/*
 * As connection_send(), signed with the time that the server takes; the server's own is noted. The
 * caller looks for action->wanted in the answer.
 */
enum status client_call(
	struct client *c, const struct call *call, struct reply *reply, struct error *e);

/* As connection_send(): GET of the endpoint, unsigned; the server's time is noted. */
enum status client_get(
	struct client *c, int wake_fd, int64_t deadline_ms, struct reply *reply, struct error *e);

/* The long-term keys of the settings. */
struct keys client_keys(const struct client *c);

/* What aws_error.h may name of a call with these keys; role_arn may be NULL. */
struct aws_error_names client_names(
	const struct client *c, const struct keys *keys, const char *role_arn);

/* Before the process ends: wipes the answer and the parameters. */
void client_close(struct client *c);

#endif
