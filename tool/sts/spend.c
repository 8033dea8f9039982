#include "spend.h"

#include "record.h"
#include "request.h"
#include "status.h"

#include <string.h>

#define SESSION_LONGEST 129600
#define SLACK 600

/*
 * Judged by both clocks: which of the two is wrong is not known, and a code that was accepted
 * must not be lost over it.
 */
static bool is_credible(const struct answer *a, time_t skew, time_t *expires, const char **why)
{
	time_t now = time(NULL);
	time_t earliest = skew < 0 ? now + skew : now;
	time_t latest = skew > 0 ? now + skew : now;

	if (!answer_credentials(a, earliest, latest + SESSION_LONGEST + SLACK, expires, why))
		return false;
	/* A token has no size limit AWS promises, and goes in several records where it must. */
	if (strlen(a->access_key_id) > 128 || strlen(a->secret_access_key) > 1024) {
		*why = "credentials too long to be stored";
		return false;
	}
	return true;
}

static int not_understood(
	const struct client *c, long http_status, const char *why, struct error *e)
{
	return error_set(e, STATUS_CODE_SPENT,
		"%s sent an answer that is not understood (HTTP %ld, %s); the code may be used up: try "
		"with the next one",
		c->endpoint.host, http_status, why);
}

static int judge(const struct client *c, const struct reply *reply, struct answer *a,
	time_t *expires, struct error *e)
{
	const struct aws_error_names names = client_names(c);
	const char *why = "no credentials";

	if (answer_parse(reply->body, reply->len, a) != 0)
		return not_understood(c, reply->status,
			reply->status >= 300 && reply->status < 400 ? "a redirect"
								    : "not XML of STS",
			e);
	if (a->is_error && reply->status >= 400)
		return aws_error_explain(a, reply->status, &names, e);
	if (reply->status == 200 && !a->is_error && is_credible(a, c->skew, expires, &why))
		return 0;
	return not_understood(c, reply->status, why, e);
}

int spend_code(struct client *c, const char *code, int64_t deadline_ms, struct answer *a,
	time_t *expires, struct error *e)
{
	const struct parameters *s = &c->parameters;
	char body[REQUEST_MAX];
	struct call call = {
		.body = body, .spends_code = true, .wake_fd = -1, .deadline_ms = deadline_ms};
	struct reply reply;
	int rc;

	*a = (struct answer){0};
	call.len = s->role_arn
		? request_assume_role(body, sizeof(body), s, code)
		: request_get_session_token(body, sizeof(body), s->serial, code, s->duration);
	if (call.len == 0)
		rc = error_set(e, STATUS_CONFIG, "the settings make too long a request");
	else if (monotonic_ms() >= deadline_ms)
		rc = error_set(e, STATUS_UNAVAILABLE,
			"the time was over before the code could be sent; allow more with --timeout");
	else
		rc = client_post(c, &call, &reply, e);
	explicit_bzero(body, sizeof(body));
	if (rc == 0)
		rc = judge(c, &reply, a, expires, e);
	connection_wipe(c->connection);
	return rc;
}
