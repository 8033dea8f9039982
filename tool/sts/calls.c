#include "calls.h"

#include "ascii.h"
#include "client.h"
#include "iso_time.h"
#include "monotonic.h"
#include "quote.h"
#include "report.h"
#include "status.h"
#include "warmup.h"
#include "words_signer.h"
#include "words_sts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct calls {
	struct peer *signer;
	struct client clients[N_SERVICES]; /* each is opened for its first call */
	bool is_open[N_SERVICES];
	struct parameters settings; /* the clients have copies of the pointers */
};

static enum status open_client(
	struct calls *s, enum service service, struct client **out, struct error *e)
{
	struct client *c = &s->clients[service];

	*out = c;
	c->parameters.deadline_ms = s->settings.deadline_ms;
	if (s->is_open[service])
		return STATUS_OK;
	c->parameters = s->settings;
	c->signer = s->signer;
	s->is_open[service] = true;
	return client_open(c, service, e);
}

/* No answer came, or the answer does not say what AWS has done. */
static enum status uncertain(
	const struct client *c, const struct call *call, const char *why, struct error *e)
{
	const char *host = c->endpoint.host, *action = call->action->name;

	if (call->action->changes)
		return error_set(e, STATUS_CODE_SPENT,
			"%s has not said whether it carried out %s: %s", host, action, why);
	return error_set(e, STATUS_UNAVAILABLE,
		"%s gave no answer to %s (%s): try again in a minute", host, action, why);
}

/* Reports AWS's error, and fills *e. */
static enum status refused(const struct calls *s, const struct client *c, const struct call *call,
	const struct answer *a, long http, struct error *e)
{
	const struct aws_error_names names = client_names(
		c, &call->keys, c->parameters.n_roles > 0 ? c->parameters.roles[0].arn : NULL);
	char code[80], message[300], why[340];

	quote(code, sizeof(code), a->error_code ? a->error_code : "");
	report(s->signer, WORD_AWS_ERROR, code);
	if (aws_error_is_throttling(a))
		return error_set(e, STATUS_UNAVAILABLE,
			"AWS limits the rate of requests (%s): wait a minute and try again", code);
	if (aws_error_explain(a, http, &names, e) != STATUS_CODE_SPENT)
		return e->status;
	quote(message, sizeof(message), a->error_message ? a->error_message : code);
	snprintf(why, sizeof(why), "HTTP %ld, %s", http, message);
	return uncertain(c, call, why, e);
}

static enum status judge(const struct calls *s, const struct client *c, const struct call *call,
	const struct reply *reply, struct answer *a, struct error *e)
{
	switch (answer_parse(reply->body, reply->len, call->action->wanted, a)) {
	case PARSED_NO_MEMORY:
		return error_set(e, STATUS_SYSTEM, "out of memory");
	case PARSED_NO_ANSWER:
		return uncertain(c, call, "not XML of AWS", e);
	case PARSED:
		break;
	}
	if (a->is_error && reply->status >= 400)
		return refused(s, c, call, a, reply->status, e);
	if (reply->status == 200 && !a->is_error)
		return STATUS_OK;
	return uncertain(c, call, "not an answer of AWS", e);
}

/* Sends the request and judges the answer. Signs again with the server's time if that is needed. */
static enum status request(
	struct calls *s, struct client *c, struct call *call, struct answer *a, struct error *e)
{
	enum warmup_judgement clock = WARMUP_READY;
	int64_t began_ms = monotonic_ms();
	struct reply reply;
	enum status rc;

	do {
		answer_free(a);
		rc = client_call(c, call, &reply, e);
		report_steps(s->signer, c);
		if (rc == STATUS_CODE_SPENT)
			return uncertain(c, call, "no whole answer came", e);
		if (rc != STATUS_OK)
			return rc;
		if (answer_parse(reply.body, reply.len, NULL, a) == PARSED)
			clock = warmup_judge_clock(a, &reply, clock_own(&c->clock), &c->clock.skew,
				c->endpoint.host, e);
	} while (clock == WARMUP_RESIGN);
	answer_free(a);
	if (clock == WARMUP_FAILED)
		rc = e->status;
	else
		rc = judge(s, c, call, &reply, a, e);
	report_debug(s->signer, call->action->name, c, &reply, began_ms);
	connection_wipe(c->connection);
	return rc;
}

/* Reports one field. Returns false if it is not what it must be, or if aws-mfa is gone. */
static bool report_field(struct peer *signer, enum field field, const char *text)
{
	static const char *const words[] = {
		[FIELD_ACCOUNT] = WORD_ACCOUNT_ID,
		[FIELD_ARN] = WORD_ARN,
		[FIELD_ITEM] = WORD_ITEM,
		[FIELD_SERIAL] = WORD_SERIAL,
		[FIELD_ACCESS_KEY_ID] = WORD_ACCESS_KEY_ID,
		[FIELD_SECRET_ACCESS_KEY] = WORD_SECRET_ACCESS_KEY,
		[FIELD_KEY_STATUS] = WORD_KEY_STATUS,
		[FIELD_ACTION] = WORD_ACTION,
		[FIELD_DECISION] = WORD_DECISION,
		[FIELD_CREATED] = WORD_CREATED,
		[FIELD_SESSION_TOKEN] = WORD_SESSION_TOKEN,
		[FIELD_EXPIRATION] = WORD_EXPIRATION,
		[FIELD_MARKER] = NULL,
	};
	const char *word = words[field];

	if (!word)
		return true;
	if (field == FIELD_SESSION_TOKEN)
		return *text && report_pieces(signer, word, text);
	if (field == FIELD_CREATED || field == FIELD_EXPIRATION)
		return iso_time_from_aws(text) >= 0 &&
			report_number(signer, word, iso_time_from_aws(text));
	return (field == FIELD_ITEM || (*text && strlen(text) <= 512 && ascii_is_graphic(text))) &&
		report(signer, word, text);
}

/* Reports one answer. *marker, which the caller frees, is that of the next part; NULL: no more. */
static enum status report_answer(const struct calls *s, const struct client *c,
	const struct call *call, const struct answer *a, char **marker, struct error *e)
{
	const char *more = answer_field(a, FIELD_TRUNCATED), *next = answer_field(a, FIELD_MARKER);
	enum field field;

	for (const char *text = NULL; (text = answer_after(a, text, &field));)
		if (!report_field(s->signer, field, text))
			return uncertain(c, call, "not what AWS sends", e);
	if (!more || strcmp(more, "true") != 0)
		return STATUS_OK;
	*marker = next && *next && strlen(next) <= MARKER_MAX ? strdup(next) : NULL;
	return *marker ? STATUS_OK : uncertain(c, call, "a list that breaks off", e);
}

/* Asks for the action, and for all parts of a list. */
static enum status perform(struct calls *s, struct client *c, struct call *call, struct error *e)
{
	enum status rc = STATUS_OK;
	struct answer a = {0};
	char *marker = NULL;

	for (int part = 0; rc == STATUS_OK && (part == 0 || marker); part++) {
		char *last = marker;

		marker = NULL;
		call->marker = last;
		rc = part == PARTS_MAX ? uncertain(c, call, "a list that does not end", e)
				       : request(s, c, call, &a, e);
		if (rc == STATUS_OK)
			rc = report_answer(s, c, call, &a, &marker, e);
		free(last);
	}
	free(marker);
	if (rc == STATUS_OK)
		error_set(e, STATUS_OK, "%s", c->endpoint.host);
	report_origin(s->signer, c, a.request_id);
	answer_free(&a);
	return rc;
}

static void answer_call(struct calls *s, char *text)
{
	struct argument arguments[ARGUMENTS_MAX];
	struct call call = {.arguments = arguments, .wake_fd = -1};
	struct error e = {0};
	struct client *c;

	call.action = action_parse(text, arguments, &call.n_arguments);
	if (!call.action)
		error_set(&e, STATUS_SYSTEM, "a call that was not checked");
	else if (open_client(s, call.action->service, &c, &e) == STATUS_OK) {
		call.keys = client_keys(c);
		call.deadline_ms = s->settings.deadline_ms;
		perform(s, c, &call, &e);
	}
	report_result(s->signer, &e);
}

void calls_serve(struct peer *signer, const struct parameters *settings)
{
	static struct calls s;
	struct record rec;

	s.signer = signer;
	s.settings = *settings;
	answer_call(&s, s.settings.call);
	while (peer_read(signer, -1, &rec) == RECORD_OK) {
		if (strcmp(rec.word, WORD_DEADLINE) == 0)
			s.settings.deadline_ms = record_number(rec.text);
		else
			answer_call(&s, rec.text);
	}
	for (size_t i = 0; i < N_SERVICES; i++)
		connection_close(s.clients[i].connection);
}
