#include "client.h"

#include "sigv4.h"
#include "status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CODE_SECONDS 30 /* RFC 6238 s5.2; no device that AWS supports uses another step */
#define CONTENT_TYPE "application/x-www-form-urlencoded; charset=utf-8"

enum status client_open(struct client *c, enum service service, struct error *e)
{
	const struct parameters *s = &c->parameters;
	const struct endpoint_choice choice = {.service = service,
		.region = s->region,
		.url = service == SERVICE_IAM ? s->iam_endpoint_url : s->endpoint_url,
		.fips = s->fips,
		.dual_stack = s->dual_stack,
		.legacy = s->legacy_endpoint,
		.login = !s->signed_warm_up};
	enum status rc;

	clock_start(&c->clock);
	rc = parameters_check(s, e);
	if (rc == STATUS_OK)
		rc = endpoint_resolve(&choice, &c->endpoint, e);
	if (rc == STATUS_OK && s->serial)
		rc = endpoint_check_arn(&c->endpoint, "the MFA device", s->serial, e);
	for (size_t i = 0; rc == STATUS_OK && i < s->n_roles; i++)
		rc = endpoint_check_arn(&c->endpoint, "the role", s->roles[i].arn, e);
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

/* Much more than STS accepts. Not on the stack: the caller of this program may limit the stack. */
static char body[65536];

static size_t write_body(const struct client *c, const struct call *call, char *text, size_t size)
{
	const struct input in = {&c->parameters, call->role, call->code, call->arguments,
		call->n_arguments, call->marker};

	return action_write(call->action, &in, text, size);
}

enum status client_check_size(const struct client *c, const struct call *call, struct error *e)
{
	if (write_body(c, call, NULL, 0) < sizeof(body))
		return STATUS_OK;
	return error_set(e, STATUS_CONFIG,
		"the settings make the request too long; remove tags that are not needed");
}

/* Signs body[len] and sends it. */
static enum status post(
	struct client *c, const struct call *call, size_t len, struct reply *reply, struct error *e)
{
	char host[sizeof(c->endpoint.host) + 8], date_line[SIGV4_DATE_SIZE + 16];
	char authorization[SIGV4_AUTH_SIZE + 24], auth[SIGV4_AUTH_SIZE], date[SIGV4_DATE_SIZE];
	const char *token = call->keys.session_token;
	char *token_line = token ? header_line("X-Amz-Security-Token", token) : NULL;
	time_t now = clock_signing(&c->clock);
	const struct sigv4_header signed_headers[] = {
		{"content-type", CONTENT_TYPE},
		{"host", c->endpoint.host},
		{"x-amz-date", date},
		{"x-amz-security-token", token},
	};
	/* Remove Expect, which would cost a round trip, and Accept, which libcurl adds. */
	const char *const headers[] = {host, ("Content-Type: " CONTENT_TYPE), date_line,
		authorization, "Accept:", "Expect:", token_line, NULL};
	const struct sigv4_request request = {.time = now,
		.access_key_id = call->keys.access_key_id,
		.secret_access_key = call->keys.secret_access_key,
		.region = c->endpoint.region,
		.service = endpoint_service(call->action->service),
		.method = "POST",
		.path = c->endpoint.path,
		.headers = signed_headers,
		.n_headers = token ? 4 : 3,
		.body = body,
		.body_len = len};
	const struct outgoing out = {.headers = headers,
		.body = body,
		.len = len,
		.once = (call->action->spends_code && call->code) || call->action->changes,
		.wake_fd = call->wake_fd,
		.deadline_ms = call->deadline_ms,
		.timeout_ms = c->parameters.timeout_ms};
	enum status rc;

	if (!sigv4_date(now, date)) {
		rc = error_set(e, STATUS_CONFIG,
			"the year of this machine's clock does not have four digits: set the clock");
	} else if ((token && !token_line) || !sigv4_sign(&request, auth, sizeof(auth))) {
		rc = error_set(e, STATUS_SYSTEM, "the request cannot be signed; out of memory?");
	} else {
		snprintf(host, sizeof(host), "Host: %s", c->endpoint.host);
		snprintf(date_line, sizeof(date_line), "X-Amz-Date: %s", date);
		snprintf(authorization, sizeof(authorization), "Authorization: %s", auth);
		rc = converse(c, &out, reply, e);
	}
	if (token_line)
		explicit_bzero(token_line, strlen(token_line));
	free(token_line);
	return rc;
}

enum status client_call(
	struct client *c, const struct call *call, struct reply *reply, struct error *e)
{
	enum status rc = client_check_size(c, call, e);
	size_t len;

	if (rc != STATUS_OK)
		return rc;
	len = write_body(c, call, body, sizeof(body));
	rc = post(c, call, len, reply, e);
	explicit_bzero(body, len);
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
