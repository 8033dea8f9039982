#include "spend.h"

#include "actions.h"
#include "record.h"
#include "status.h"
#include "sts_limits.h"

#include <string.h>

#define SLACK 600

/*
 * By the server's time: the one it takes signatures of, and the one it has just told. Should they
 * differ, which is wrong is not known, and a code that was accepted must not be lost over it.
 */
static bool is_credible(
	const struct answer *a, const struct clock *clock, time_t *expires, const char **why)
{
	time_t taken = clock_signing(clock), told = clock_server(clock);
	time_t earliest = taken < told ? taken : told;
	time_t latest = taken > told ? taken : told;

	if (!answer_credentials(a, earliest, latest + STS_SESSION_LONGEST + SLACK, expires, why))
		return false;
	/* A token has no size limit AWS promises, and goes in several records where it must. */
	if (strlen(a->access_key_id) > 128 || strlen(a->secret_access_key) > 1024) {
		*why = "credentials too long to be stored";
		return false;
	}
	return true;
}

static enum status not_understood(
	const struct client *c, long http_status, const char *why, struct error *e)
{
	return error_set(e, STATUS_CODE_SPENT,
		"%s sent an answer that is not understood (HTTP %ld, %s); the code may be used up: try "
		"with the next one",
		c->endpoint.host, http_status, why);
}

/* A request for credentials, and where they go. */
struct order {
	struct call call;
	const char *role_arn; /* NULL: GetSessionToken */
	struct answer *answer;
	time_t *expires;
};

static enum status judge(
	const struct client *c, const struct order *o, const struct reply *reply, struct error *e)
{
	const struct aws_error_names names = client_names(c, &o->call.keys, o->role_arn);
	struct answer *a = o->answer;
	const char *why = "no credentials";

	if (answer_parse(reply->body, reply->len, a) != PARSED)
		return not_understood(c, reply->status,
			reply->status >= 300 && reply->status < 400 ? "a redirect"
								    : "not XML of STS",
			e);
	if (a->is_error && reply->status >= 400)
		return aws_error_explain(a, reply->status, &names, e);
	if (reply->status == 200 && !a->is_error && is_credible(a, &c->clock, o->expires, &why))
		return STATUS_OK;
	return not_understood(c, reply->status, why, e);
}

static enum status too_long(struct error *e)
{
	return error_set(
		e, STATUS_CONFIG, "the settings make too long a request; are all the tags needed?");
}

/* Not on the stack, whose limit a caller may have set. */
static char body[REQUEST_MAX];

/* The session of a role on the way only has to last until the next one is assumed. */
static int64_t duration_of(const struct parameters *s, size_t role)
{
	return role + 1 < s->n_roles ? STS_SESSION_SHORTEST : s->duration;
}

/* Writes the body that assumes the role, or gets a session where there are no roles. */
static size_t write_body(const struct parameters *s, size_t role, const char *code)
{
	if (s->n_roles == 0)
		return request_get_session_token(body, sizeof(body), s->serial, code, s->duration);
	return request_assume_role(body, sizeof(body), &s->roles[role], code ? s->serial : NULL,
		code, duration_of(s, role));
}

/* Sends the body, which is wiped, and takes the credentials that come. */
static enum status get_credentials(
	struct client *c, struct order *o, size_t role, const char *code, struct error *e)
{
	const struct parameters *s = &c->parameters;
	struct reply reply;
	enum status rc;

	o->role_arn = s->n_roles > 0 ? s->roles[role].arn : NULL;
	o->call.body = body;
	o->call.len = write_body(s, role, code);
	rc = o->call.len > 0 ? client_post(c, &o->call, &reply, e) : too_long(e);
	explicit_bzero(body, sizeof(body));
	if (rc == STATUS_OK)
		rc = judge(c, o, &reply, e);
	connection_wipe(c->connection);
	return rc;
}

/*
 * Assumes a role from the credentials of the one before. The code is spent by then, so whatever
 * fails is not an outage that leaves it good; but the request holds none, so it may be sent again.
 */
static enum status assume_next(struct client *c, size_t role, const struct answer *before,
	struct order *o, struct error *e)
{
	char text[sizeof(e->text)];
	enum status rc;

	o->call.spends_code = false;
	o->call.keys = (struct keys){
		before->access_key_id, before->secret_access_key, before->session_token};
	rc = get_credentials(c, o, role, NULL, e);
	if (rc == STATUS_OK)
		return STATUS_OK;
	memcpy(text, e->text, sizeof(text));
	return error_set(e, rc == STATUS_CONFIG ? STATUS_CONFIG : STATUS_CODE_SPENT,
		"the code was accepted, but not the next role %.300s: %.600s", o->role_arn, text);
}

enum status spend_code(struct client *c, const char *code, int64_t deadline_ms, struct answer *a,
	time_t *expires, struct error *e)
{
	const struct parameters *s = &c->parameters;
	struct order order = {.call = {.keys = client_keys(c),
				      .spends_code = true,
				      .wake_fd = -1,
				      .deadline_ms = deadline_ms},
		.answer = a,
		.expires = expires};
	enum status rc;

	*a = (struct answer){0};
	if (monotonic_ms() >= deadline_ms)
		/* AWS was there a moment ago: the time went to locks, files, or a caller's doing.
		 */
		return error_set(e, STATUS_SYSTEM,
			"the time was over before the code could be sent; allow more with --timeout");
	/* Told before the code is spent, not after. */
	for (size_t i = 1; i < s->n_roles; i++)
		if (write_body(s, i, NULL) == 0)
			return too_long(e);
	rc = get_credentials(c, &order, 0, code, e);
	for (size_t i = 1; rc == STATUS_OK && i < s->n_roles; i++) {
		struct answer before = *a;

		*a = (struct answer){0};
		rc = assume_next(c, i, &before, &order, e);
		answer_free(&before);
	}
	return rc;
}
