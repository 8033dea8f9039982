#include "request.h"

#include "status.h"
#include "wiped.h"

#include <string.h>

static size_t write_body(
	const struct parameters *s, const struct call *call, char *text, size_t size)
{
	const struct input in = {
		s, call->role, call->code, call->arguments, call->n_arguments, call->marker};

	return action_write(call->action, &in, text, size);
}

enum status request_check_size(const struct parameters *s, const struct call *call, struct error *e)
{
	if (write_body(s, call, NULL, 0) < REQUEST_BODY_SIZE)
		return STATUS_OK;
	return error_set(e, STATUS_CONFIG,
		"the settings make the request too long; remove tags that are not needed");
}

void request_write(struct request *r, const struct parameters *s, const struct call *call)
{
	r->len = write_body(s, call, r->body, sizeof(r->body));
}

static bool sign(struct request *r, const struct endpoint *ep, const struct call *call, time_t now)
{
	const char *token = call->keys.session_token;
	const struct sigv4_header headers[] = {
		{"content-type", REQUEST_CONTENT_TYPE},
		{"host", ep->host},
		{"x-amz-date", r->date},
		{"x-amz-security-token", token},
	};
	const struct sigv4_request request = {.time = now,
		.access_key_id = call->keys.access_key_id,
		.secret_access_key = call->keys.secret_access_key,
		.region = ep->region,
		.service = endpoint_service(call->action->service),
		.method = "POST",
		.path = ep->path,
		.headers = headers,
		.n_headers = token ? 4 : 3,
		.body = r->body,
		.body_len = r->len};

	if (token)
		r->token = strdup(token);
	return (!token || r->token) &&
		sigv4_sign(&request, r->authorization, sizeof(r->authorization));
}

enum status request_sign(struct request *r, const struct parameters *s, const struct endpoint *ep,
	const struct call *call, time_t now, struct error *e)
{
	enum status rc = request_check_size(s, call, e);

	if (rc != STATUS_OK)
		return rc;
	request_write(r, s, call);
	if (!sigv4_date(now, r->date))
		return error_set(e, STATUS_CONFIG,
			"the year of this machine's clock does not have four digits: set the clock");
	if (!sign(r, ep, call, now))
		return error_set(e, STATUS_SYSTEM, "the request cannot be signed; out of memory?");
	return STATUS_OK;
}

void request_wipe(struct request *r)
{
	explicit_bzero(r->body, r->len);
	r->len = 0;
	wiped_free(&r->token);
}
