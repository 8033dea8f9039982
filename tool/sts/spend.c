#include "spend.h"

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
	if (strlen(answer_field(a, FIELD_ACCESS_KEY_ID)) > 128 ||
		strlen(answer_field(a, FIELD_SECRET_ACCESS_KEY)) > 1024) {
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
	struct answer *answer;
	time_t *expires;
};

/* Of the role that is being assumed; NULL where it is none. */
static const char *role_arn(const struct client *c, const struct order *o)
{
	return o->call.action == &actions[ACTION_ASSUME_ROLE]
		? c->parameters.roles[o->call.role].arn
		: NULL;
}

static enum status judge(
	const struct client *c, const struct order *o, const struct reply *reply, struct error *e)
{
	const struct aws_error_names names = client_names(c, &o->call.keys, role_arn(c, o));
	struct answer *a = o->answer;
	const char *why = "no credentials";

	if (answer_parse(reply->body, reply->len, o->call.action->wanted, a) != PARSED)
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

static enum status get_credentials(struct client *c, struct order *o, struct error *e)
{
	struct reply reply = {0};
	enum status rc = client_call(c, &o->call, &reply, e);

	if (rc == STATUS_OK)
		rc = judge(c, o, &reply, e);
	connection_wipe(c->connection);
	return rc;
}

/*
 * Assumes a role from the credentials of the one before. The code is spent by then, so whatever
 * fails is not an outage that leaves it good; but the request holds none, so it may be sent again.
 */
static enum status assume_next(
	struct client *c, const struct answer *before, struct order *o, struct error *e)
{
	char text[sizeof(e->text)];
	enum status rc;

	o->call.role++;
	o->call.code = NULL;
	o->call.keys = (struct keys){answer_field(before, FIELD_ACCESS_KEY_ID),
		answer_field(before, FIELD_SECRET_ACCESS_KEY),
		answer_field(before, FIELD_SESSION_TOKEN)};
	rc = get_credentials(c, o, e);
	if (rc == STATUS_OK)
		return STATUS_OK;
	memcpy(text, e->text, sizeof(text));
	return error_set(e, rc == STATUS_CONFIG ? STATUS_CONFIG : STATUS_CODE_SPENT,
		"the code was accepted, but not the next role %.300s: %.600s", role_arn(c, o),
		text);
}

enum status spend_code(struct client *c, const char *code, int64_t deadline_ms, struct answer *a,
	time_t *expires, struct error *e)
{
	const struct parameters *s = &c->parameters;
	struct order order = {
		.call = {.action = &actions[s->n_roles > 0 ? ACTION_ASSUME_ROLE
							   : ACTION_GET_SESSION_TOKEN],
			.code = code,
			.keys = client_keys(c),
			.wake_fd = -1,
			.deadline_ms = deadline_ms},
		.answer = a,
		.expires = expires};
	enum status rc = STATUS_OK;

	*a = (struct answer){0};
	if (monotonic_ms() >= deadline_ms)
		/* AWS was there a moment ago: the time went to locks, files, or a caller's doing.
		 */
		return error_set(e, STATUS_SYSTEM,
			"the time was over before the code could be sent; allow more with --timeout");
	/* Told before the code is spent, not after. */
	for (size_t i = 1; rc == STATUS_OK && i < s->n_roles; i++)
		rc = client_check_size(
			c, &(struct call){.action = &actions[ACTION_ASSUME_ROLE], .role = i}, e);
	if (rc == STATUS_OK)
		rc = get_credentials(c, &order, e);
	for (size_t i = 1; rc == STATUS_OK && i < s->n_roles; i++) {
		struct answer before = *a;

		*a = (struct answer){0};
		rc = assume_next(c, &before, &order, e);
		answer_free(&before);
	}
	return rc;
}
