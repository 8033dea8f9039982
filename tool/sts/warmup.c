#include "warmup.h"

#include "quote.h"
#include "response.h"
#include "status.h"
#include "sts_limits.h"

#include <stdlib.h>
#include <string.h>

static bool is_off(time_t skew, time_t limit)
{
	return skew > limit || skew < -limit;
}

static enum status refuse_skew(time_t skew, const char *host, struct error *e)
{
	return error_set(e, STATUS_CONFIG,
		"the clocks of this machine and of %s differ by %lld hours; so much is not corrected: "
		"set this machine's clock (timedatectl set-ntp true)",
		host, (long long)llabs((long long)skew) / 3600);
}

/*
 * Do not treat a throttling 503 as an outage: an attacker could cause it. A warm-up costs nothing,
 * and everybody who connects to sshd causes one. They could do so until AWS throttles, and then
 * failmode=safe would let them in.
 */
static bool throttled(const struct reply *reply)
{
	struct answer a = {0};
	bool yes = answer_parse(reply->body, reply->len, NULL, &a) == PARSED &&
		aws_error_is_throttling(&a);

	answer_free(&a);
	return yes;
}

static bool failing(const struct reply *reply, const char *host, struct error *e)
{
	/* 501 is like 405: the server works, but does not know the request. */
	if (reply->status < 500 || reply->status == 501 || throttled(reply))
		return false;
	error_set(e, STATUS_UNAVAILABLE, "%s is failing (HTTP %ld): try again in a minute", host,
		reply->status);
	return true;
}

static void take_identity(const struct answer *a, struct identity *id)
{
	const char *account = answer_field(a, FIELD_ACCOUNT), *arn = answer_field(a, FIELD_ARN);

	if (account && strlen(account) < sizeof(id->account))
		quote(id->account, sizeof(id->account), account);
	if (arn && strlen(arn) < sizeof(id->arn))
		quote(id->arn, sizeof(id->arn), arn);
	if (!id->account[0] || !id->arn[0] || strchr(id->account, ' '))
		*id = (struct identity){0};
}

enum warmup_judgement warmup_judge_clock(const struct answer *a, const struct reply *reply,
	time_t now, time_t *skew, const char *host, struct error *e)
{
	time_t off = reply->date < 0 ? 0 : reply->date - now;

	if (!a->is_error || off == 0 || *skew != 0 || !aws_error_may_be_clock(a) ||
		(!aws_error_blames_clock(a) && !is_off(off, SKEW_TOLERATED)))
		return WARMUP_READY;
	if (is_off(off, SKEW_MAX)) {
		refuse_skew(off, host, e);
		return WARMUP_FAILED;
	}
	*skew = off;
	return WARMUP_RESIGN;
}

static enum warmup_judgement judge_answer(const struct answer *a, const struct reply *reply,
	time_t now, time_t *skew, const struct aws_error_names *names, struct error *e)
{
	enum warmup_judgement clock = warmup_judge_clock(a, reply, now, skew, names->host, e);

	if (clock != WARMUP_READY)
		return clock;
	return aws_error_key_refused(a, names, e) ? WARMUP_FAILED : WARMUP_READY;
}

enum warmup_judgement warmup_judge_signed(const struct reply *reply, time_t now, time_t *skew,
	const struct aws_error_names *names, struct identity *id, struct error *e)
{
	enum warmup_judgement judgement = WARMUP_FAILED;
	struct answer a = {0};

	*id = (struct identity){0};
	if (failing(reply, names->host, e))
		return WARMUP_FAILED;
	if (reply->status >= 300 && reply->status < 400) {
		error_set(e, STATUS_UNAVAILABLE,
			"%s answers with a redirect (HTTP %ld), which is not followed: is endpoint_url "
			"the URL of an STS?",
			names->host, reply->status);
		return WARMUP_FAILED;
	}
	switch (answer_parse(
		reply->body, reply->len, actions[ACTION_GET_CALLER_IDENTITY].wanted, &a)) {
	case PARSED:
		judgement = judge_answer(&a, reply, now, skew, names, e);
		take_identity(&a, id);
		break;
	case PARSED_NO_ANSWER:
		error_set(e, STATUS_UNAVAILABLE,
			"%s does not answer as STS does (HTTP %ld, no XML): does this network want a "
			"log-in page first?",
			names->host, reply->status);
		break;
	case PARSED_NO_MEMORY:
		error_set(e, STATUS_SYSTEM, "out of memory");
	}
	answer_free(&a);
	return judgement;
}

enum warmup_judgement warmup_judge_unsigned(const struct reply *reply, time_t now, time_t *skew,
	const struct aws_error_names *names, struct error *e)
{
	time_t off = reply->date < 0 ? 0 : reply->date - now;

	if (failing(reply, names->host, e))
		return WARMUP_FAILED;
	if (!is_off(off, SKEW_TOLERATED))
		return WARMUP_READY;
	if (is_off(off, SKEW_MAX)) {
		refuse_skew(off, names->host, e);
		return WARMUP_FAILED;
	}
	/* No signature was tried, so the server's Date is all there is. */
	*skew = off;
	return WARMUP_READY;
}

/* again: a signature of the same warm-up is there already. */
static enum status send_warmup(struct client *c, bool again, int wake_fd, int64_t deadline_ms,
	struct reply *reply, struct error *e)
{
	const struct call call = {.action = &actions[ACTION_GET_CALLER_IDENTITY],
		.keys = client_keys(c),
		.wake_fd = wake_fd,
		.deadline_ms = deadline_ms};

	if (!c->parameters.signed_warm_up)
		return client_get(c, wake_fd, deadline_ms, reply, e);
	return again ? client_call_again(c, &call, reply, e) : client_call(c, &call, reply, e);
}

/* warmup_judge_signed() describes *skew. */
static enum warmup_judgement judge(const struct client *c, const struct reply *reply, time_t *skew,
	struct identity *id, struct error *e)
{
	const struct keys keys = client_keys(c);
	const struct aws_error_names names = client_names(c, &keys, NULL);
	time_t now = clock_own(&c->clock);

	return c->parameters.signed_warm_up ? warmup_judge_signed(reply, now, skew, &names, id, e)
					    : warmup_judge_unsigned(reply, now, skew, &names, e);
}

enum status warmup(struct client *c, struct identity *id, struct reply *reply, struct error *e)
{
	enum warmup_judgement judgement;

	*id = (struct identity){0};
	do {
		enum status rc = send_warmup(c, false, -1, c->parameters.deadline_ms, reply, e);

		if (rc != STATUS_OK)
			return rc;
		/* The loop ends: a skew is set only once. */
		judgement = judge(c, reply, &c->clock.skew, id, e);
	} while (judgement == WARMUP_RESIGN);
	if (judgement == WARMUP_READY)
		return STATUS_OK;
	if (e->status == STATUS_UNAVAILABLE && !awake_throughout(&reply->awake))
		awake_excuse(&reply->awake, e);
	return e->status;
}

void warmup_again(struct client *c, int wake_fd, int64_t deadline_ms)
{
	enum warmup_judgement judgement;
	struct identity id;
	struct error ignored;
	struct reply reply;
	time_t skew = 0;

	if (send_warmup(c, true, wake_fd, deadline_ms, &reply, &ignored) != STATUS_OK)
		return;
	judgement = judge(c, &reply, &skew, &id, &ignored);
	/* Keep the skew if the server accepted a signature: its time was right. */
	if (judgement == WARMUP_RESIGN ||
		(judgement == WARMUP_READY && !c->parameters.signed_warm_up && reply.date >= 0))
		c->clock.skew = skew;
}
