#include "client.h"

#include "ask_signer.h"
#include "status.h"
#include "wiped.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CODE_SECONDS 30 /* RFC 6238 s5.2; no device that AWS supports uses another step */

enum status client_open(struct client *c, enum service service, struct error *e)
{
	const struct parameters *s = &c->parameters;
	enum status rc;

	clock_start(&c->clock);
	rc = parameters_endpoint(s, service, &c->endpoint, e);
	if (rc != STATUS_OK)
		return rc;
	return connection_open(
		&c->connection, &c->endpoint, s->ca_bundle, s->https_proxy, s->no_proxy, e);
}

/* Returns "NAME: VALUE". The caller wipes and frees it. A session token may have any size. */
static char *header_line(const char *name, const char *value)
{
	char *line;

	return asprintf(&line, "%s: %s", name, value) < 0 ? NULL : line;
}

static enum status converse(
	struct client *c, const struct outgoing *out, struct reply *reply, struct error *e)
{
	enum status rc = connection_send(c->connection, out, reply, e);

	if (rc == STATUS_OK)
		clock_hear(&c->clock, reply->date);
	return rc;
}

/* Sends the signed request. */
static enum status post(struct client *c, const struct call *call, const struct request *r,
	struct reply *reply, struct error *e)
{
	char host[sizeof(c->endpoint.host) + 8], date_line[SIGV4_DATE_SIZE + 16];
	char authorization[SIGV4_AUTH_SIZE + 24];
	char *token_line = r->token ? header_line("X-Amz-Security-Token", r->token) : NULL;
	/* Remove Expect, which would cost a round trip, and Accept, which libcurl adds. */
	const char *const headers[] = {host, ("Content-Type: " REQUEST_CONTENT_TYPE), date_line,
		authorization, "Accept:", "Expect:", token_line, NULL};
	const struct outgoing out = {.headers = headers,
		.body = r->body,
		.len = r->len,
		.once = (call->action->spends_code && call->code) || call->action->changes,
		.wake_fd = call->wake_fd,
		.deadline_ms = call->deadline_ms,
		.timeout_ms = c->parameters.timeout_ms};
	enum status rc;

	if (r->token && !token_line)
		return error_set(e, STATUS_SYSTEM, "out of memory");
	snprintf(host, sizeof(host), "Host: %s", c->endpoint.host);
	snprintf(date_line, sizeof(date_line), "X-Amz-Date: %s", r->date);
	snprintf(authorization, sizeof(authorization), "Authorization: %s", r->authorization);
	rc = converse(c, &out, reply, e);
	wiped_free(&token_line);
	return rc;
}

static struct request request;

enum status client_call(
	struct client *c, const struct call *call, struct reply *reply, struct error *e)
{
	enum status rc = request_check_size(&c->parameters, call, e);

	if (rc != STATUS_OK)
		return rc;
	if (call->keys.secret_access_key)
		rc = request_sign(
			&request, &c->parameters, &c->endpoint, call, clock_signing(&c->clock), e);
	else
		rc = ask_signer(c->signer, c->clock.skew ? clock_signing(&c->clock) : 0,
			call->marker, call->deadline_ms, &request, e);
	if (rc == STATUS_OK && call->action == &actions[ACTION_GET_CALLER_IDENTITY]) {
		memcpy(c->warm_up_date, request.date, sizeof(c->warm_up_date));
		memcpy(c->warm_up_authorization, request.authorization,
			sizeof(c->warm_up_authorization));
	}
	if (rc == STATUS_OK)
		rc = post(c, call, &request, reply, e);
	request_wipe(&request);
	return rc;
}

enum status client_call_again(
	struct client *c, const struct call *call, struct reply *reply, struct error *e)
{
	enum status rc;

	request_write(&request, &c->parameters, call);
	memcpy(request.date, c->warm_up_date, sizeof(request.date));
	memcpy(request.authorization, c->warm_up_authorization, sizeof(request.authorization));
	rc = post(c, call, &request, reply, e);
	request_wipe(&request);
	return rc;
}

enum status client_get(
	struct client *c, int wake_fd, int64_t deadline_ms, struct reply *reply, struct error *e)
{
	char host[sizeof(c->endpoint.host) + 8];
	const char *const headers[] = {host, "Accept:", NULL};
	const struct outgoing out = {.headers = headers,
		.wake_fd = wake_fd,
		.deadline_ms = deadline_ms,
		.timeout_ms = c->parameters.timeout_ms};

	snprintf(host, sizeof(host), "Host: %s", c->endpoint.host);
	return converse(c, &out, reply, e);
}

struct keys client_keys(const struct client *c)
{
	return (struct keys){.access_key_id = c->parameters.access_key_id,
		.secret_access_key = c->parameters.secret_access_key,
		.session_token = c->parameters.session_token};
}

struct aws_error_names client_names(
	const struct client *c, const struct keys *keys, const char *role_arn)
{
	struct aws_error_names names = {.host = c->endpoint.host,
		.region = c->endpoint.region,
		.access_key_id = keys->access_key_id,
		.by_session = keys->session_token != NULL,
		.serial = c->parameters.serial,
		.role_arn = role_arn};

	/* A hardware device has no ARN and keeps its own time, but its codes last as long. */
	if (c->parameters.serial && strncmp(c->parameters.serial, "arn:", 4) == 0)
		snprintf(names.next_code, sizeof(names.next_code), "in %d s",
			(int)(CODE_SECONDS - clock_server(&c->clock) % CODE_SECONDS));
	else
		snprintf(names.next_code, sizeof(names.next_code), "within %d s", CODE_SECONDS);
	return names;
}

void client_close(struct client *c)
{
	connection_close(c->connection);
	c->connection = NULL;
	parameters_free(&c->parameters);
}
