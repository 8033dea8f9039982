#include "spend.h"

#include "monotonic.h"
#include "status.h"
#include "sts_limits.h"

#include <string.h>

#define SLACK 600
/* Only the signer has the code. This one is as long. */
#define SOME_CODE "000000"

/*
 * Checks the expiration by the server's time. This is the time it accepts in signatures, or the
 * Date it has just sent. If they differ, allow both: an accepted code must not be lost.
 */
static bool is_credible(
	const struct answer *a, const struct clock *clock, time_t *expires, const char **why)
{
	time_t taken = clock_signing(clock), told = clock_server(clock);
	time_t earliest = taken < told ? taken : told;
	time_t latest = taken > told ? taken : told;

	if (!answer_credentials(a, earliest, latest + STS_SESSION_LONGEST + SLACK, expires, why))
		return false;
	/* Do not limit the token: AWS promises no limit, and several records can carry it. */
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

/* A request for credentials, and where to put them. */
struct order {
	struct call call;
	struct answer *answer;
	time_t *expires;
};

/* Returns the ARN of the role to assume, or NULL if there is none. */
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
 * Assumes the next role with the credentials of the role before. The code is already spent, so no
 * failure counts as an outage. The request holds no code, so libcurl may send it again.
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
		"the code was accepted, but the next role %.300s could not be assumed: %.600s",
		role_arn(c, o), text);
}

enum status spend_code(
	struct client *c, int64_t deadline_ms, struct answer *a, time_t *expires, struct error *e)
{
	const struct parameters *s = &c->parameters;
	struct order order = {
		.call = {.action = &actions[s->n_roles > 0 ? ACTION_ASSUME_ROLE
							   : ACTION_GET_SESSION_TOKEN],
			.code = SOME_CODE,
			.keys = client_keys(c),
			.wake_fd = -1,
			.deadline_ms = deadline_ms},
		.answer = a,
		.expires = expires};
	enum status rc = STATUS_OK;

	*a = (struct answer){0};
	if (monotonic_ms() >= deadline_ms)
		/*
		 * Not an outage: AWS answered a moment ago. Locks, files or the caller used up the
		 * time.
		 */
		return error_set(e, STATUS_SYSTEM,
			"the time was over before the code could be sent; allow more with --timeout");
	/* Check this before the code is spent. */
	for (size_t i = 1; rc == STATUS_OK && i < s->n_roles; i++)
		rc = request_check_size(
			s, &(struct call){.action = &actions[ACTION_ASSUME_ROLE], .role = i}, e);
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
