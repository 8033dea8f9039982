#include "client.h"

#include "sigv4.h"
#include "status.h"

#include <stdio.h>

#define CONTENT_TYPE "application/x-www-form-urlencoded; charset=utf-8"

int client_open(struct client *c, struct error *e)
{
	const struct parameters *s = &c->parameters;
	int rc;

	rc = parameters_check(s, e);
	if (rc == 0)
		rc = endpoint_resolve(s->region, s->endpoint_url, &c->endpoint, e);
	if (rc == 0)
		rc = endpoint_check_arn(&c->endpoint, "the MFA device", s->serial, e);
	if (rc == 0 && s->role_arn)
		rc = endpoint_check_arn(&c->endpoint, "the role", s->role_arn, e);
	if (rc != 0)
		return rc;
	return connection_open(
		&c->connection, &c->endpoint, s->ca_bundle, s->https_proxy, s->no_proxy, e);
}

int client_post(struct client *c, const struct call *call, struct reply *reply, struct error *e)
{
	char host[sizeof(c->endpoint.host) + 8], date_line[SIGV4_DATE_SIZE + 16];
	char authorization[SIGV4_AUTH_SIZE + 24], auth[SIGV4_AUTH_SIZE], date[SIGV4_DATE_SIZE];
	time_t now = time(NULL) + c->skew;
	const struct sigv4_header signed_headers[] = {
		{"content-type", CONTENT_TYPE},
		{"host", c->endpoint.host},
		{"x-amz-date", date},
	};
	/* Expect would cost a round trip, Accept is libcurl's habit. */
	const char *const headers[] = {host, "Content-Type: " CONTENT_TYPE, date_line,
		authorization, "Accept:", "Expect:", NULL};
	const struct sigv4_request request = {.time = now,
		.access_key_id = c->parameters.access_key_id,
		.secret_access_key = c->parameters.secret_access_key,
		.region = c->endpoint.region,
		.service = "sts",
		.method = "POST",
		.path = c->endpoint.path,
		.headers = signed_headers,
		.n_headers = sizeof(signed_headers) / sizeof(signed_headers[0]),
		.body = call->body,
		.body_len = call->len};
	const struct outgoing out = {.headers = headers,
		.body = call->body,
		.len = call->len,
		.spends_code = call->spends_code,
		.wake_fd = call->wake_fd,
		.deadline_ms = call->deadline_ms};

	if (sigv4_date(now, date) != 0)
		return error_set(e, STATUS_CONFIG,
			"this machine's clock shows no year a request can be signed in: set it");
	if (sigv4_sign(&request, auth, sizeof(auth)) != 0)
		return error_set(e, STATUS_SYSTEM, "the request cannot be signed; out of memory?");
	snprintf(host, sizeof(host), "Host: %s", c->endpoint.host);
	snprintf(date_line, sizeof(date_line), "X-Amz-Date: %s", date);
	snprintf(authorization, sizeof(authorization), "Authorization: %s", auth);
	return connection_send(c->connection, &out, reply, e);
}

int client_get(
	struct client *c, int wake_fd, int64_t deadline_ms, struct reply *reply, struct error *e)
{
	char host[sizeof(c->endpoint.host) + 8];
	const char *const headers[] = {host, "Accept:", NULL};
	const struct outgoing out = {
		.headers = headers, .wake_fd = wake_fd, .deadline_ms = deadline_ms};

	snprintf(host, sizeof(host), "Host: %s", c->endpoint.host);
	return connection_send(c->connection, &out, reply, e);
}

struct aws_error_names client_names(const struct client *c)
{
	return (struct aws_error_names){.host = c->endpoint.host,
		.region = c->endpoint.region,
		.access_key_id = c->parameters.access_key_id,
		.serial = c->parameters.serial,
		.role_arn = c->parameters.role_arn};
}

void client_close(struct client *c)
{
	connection_close(c->connection);
	c->connection = NULL;
	parameters_free(&c->parameters);
}
