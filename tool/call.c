#include "call.h"

#include "monotonic.h"
#include "text/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A process that has waited until its deadline says so a little later. */
#define LATER_MS 500

/* Takes one record of an answer; into is what the call was given to fill. */
typedef bool take_fn(const struct record *rec, void *into);

static int64_t deadline_of(const struct caller *c)
{
	return monotonic_ms() + c->timeout * INT64_C(1000);
}

enum status call_start(struct caller *c, const struct sts_request *request, struct error *e)
{
	*c = (struct caller){.timeout = request->timeout};
	return sts_process_start(&c->process, request, deadline_of(c), e);
}

static enum status broken(struct caller *c, bool changes, struct error *e)
{
	call_end(c);
	if (changes)
		return error_set(e, STATUS_CODE_SPENT,
			"aws-mfa-sts gave no answer; AWS may have done what was asked");
	return error_set(e, STATUS_SYSTEM, "aws-mfa-sts gave no answer; try again");
}

/* A time of a day or more is not known. */
static void take_steps(struct caller *c, const char *text)
{
	long n[4];

	for (size_t i = 0; i < 4; i++) {
		char *end;
		long long value = strtoll(text, &end, 10);

		n[i] = value > 0 && value < 86400 * 1000000LL ? (long)value : 0;
		text = end;
	}
	c->steps = (struct call_steps){(int)(n[0] < 3 ? n[0] : 3), n[1], n[2], n[3]};
}

static enum record_error read_record(struct caller *c, int64_t deadline_ms, struct record *rec)
{
	enum record_error rc;

	progress_begin("AWS's answer");
	rc = sts_process_read(&c->process, deadline_ms + LATER_MS, rec);
	progress_end();
	return rc;
}

static enum status read_answer(struct caller *c, int64_t deadline_ms, bool changes, take_fn *take,
	void *into, struct error *e)
{
	const char *text;
	struct record rec;
	enum status rc;

	for (;;) {
		if (read_record(c, deadline_ms, &rec) != RECORD_OK)
			return broken(c, changes, e);
		if (strcmp(rec.word, WORD_RESULT) == 0)
			break;
		sts_process_note(&c->process, &rec);
		if (strcmp(rec.word, WORD_STEPS) == 0)
			take_steps(c, rec.text);
		else if (strcmp(rec.word, WORD_AWS_ERROR) == 0)
			snprintf(c->aws_error, sizeof(c->aws_error), "%s", rec.text);
		else if (take && !take(&rec, into))
			return broken(c, changes, e);
	}
	rc = record_result(rec.text, &text);
	if (rc != STATUS_OK)
		error_set(e, rc, "%s", text);
	return rc;
}

/* Asks for an action, with its parameters as `call` has them. */
static enum status ask(struct caller *c, const char *action, bool changes, take_fn *take,
	void *into, struct error *e)
{
	enum record_error sent = RECORD_OK;
	int64_t deadline_ms = deadline_of(c);

	c->aws_error[0] = c->process.request_id[0] = '\0';
	if (c->process.pid == 0)
		return broken(c, false, e);
	if (c->process.peer.state == STS_CALLED)
		sts_process_send_number(
			&c->process, deadline_ms, WORD_DEADLINE, deadline_ms, &sent);
	sts_process_send(&c->process, deadline_ms, WORD_CALL, action, &sent);
	/* RECORD_EOF: the process ended before it read the call, and said why. */
	if (sent != RECORD_OK && sent != RECORD_EOF)
		return broken(c, false, e);
	return read_answer(c, deadline_ms, changes && sent == RECORD_OK, take, into, e);
}

/* The same for an action of IAM. */
static enum status ask_iam(struct caller *c, const char *action, bool changes, take_fn *take,
	void *into, struct error *e)
{
	char text[400];

	snprintf(text, sizeof(text), "%s%s%s", action, c->user[0] ? " UserName=" : "", c->user);
	return ask(c, text, changes, take, into, e);
}

static bool copy(char *to, size_t size, const char *text)
{
	int n = snprintf(to, size, "%s", text);

	return n >= 0 && (size_t)n < size;
}

static bool take_identity(const struct record *rec, void *into)
{
	struct call_identity *who = into;

	if (strcmp(rec->word, WORD_ACCOUNT_ID) == 0)
		return copy(who->account, sizeof(who->account), rec->text);
	if (strcmp(rec->word, WORD_ARN) == 0)
		return copy(who->arn, sizeof(who->arn), rec->text);
	return true;
}

enum status call_identity(struct caller *c, struct call_identity *who, struct error *e)
{
	enum status rc;

	*who = (struct call_identity){0};
	rc = ask(c, "GetCallerIdentity", false, take_identity, who, e);
	return rc != STATUS_OK || (who->account[0] && who->arn[0]) ? rc : broken(c, false, e);
}

enum status call_try_session(struct caller *c, struct error *e)
{
	return ask(c, "TrySession", false, NULL, NULL, e);
}

struct received {
	struct session *session;
	bool failed;
};

static bool take_session(const struct record *rec, void *into)
{
	struct received *r = into;

	if (strcmp(rec->word, WORD_EXPIRATION) == 0)
		r->session->expiration = (time_t)record_number(rec->text);
	else if (!sts_process_collect(
			 rec, WORD_ACCESS_KEY_ID, &r->session->access_key_id, &r->failed) &&
		!sts_process_collect(
			rec, WORD_SECRET_ACCESS_KEY, &r->session->secret_access_key, &r->failed))
		sts_process_collect(
			rec, WORD_SESSION_TOKEN, &r->session->session_token, &r->failed);
	return !r->failed;
}

/* Threat: a session that never ends hides a newer one. */
static bool is_credible(const struct caller *c, const struct session *s)
{
	return s->access_key_id.data && s->secret_access_key.data && s->session_token.data &&
		s->expiration > 0 &&
		s->expiration <= sts_process_time(&c->process) + STS_SESSION_LONGEST;
}

enum status call_assume_role(struct caller *c, struct session *session, struct error *e)
{
	struct received received = {session, false};
	enum status rc;

	*session = (struct session){0};
	rc = ask(c, "AssumeWithSession", false, take_session, &received, e);
	return rc != STATUS_OK || is_credible(c, session) ? rc : broken(c, false, e);
}

void call_name_user(struct caller *c, const struct call_identity *who)
{
	/* arn:PARTITION:iam::ACCOUNT:user/PATH/NAME */
	const char *name = strstr(who->arn, ":user/") ? strrchr(who->arn, '/') + 1 : "";

	if (!copy(c->user, sizeof(c->user), name))
		c->user[0] = '\0';
}

/* A list that is being filled. The table of words allows ITEMS_MAX items. */
struct device_list {
	struct call_device *items;
	size_t n;
};

static bool take_device(const struct record *rec, void *into)
{
	struct device_list *d = into;
	struct call_device *device = d->n > 0 ? d->items + d->n - 1 : NULL;

	if (strcmp(rec->word, WORD_ITEM) == 0)
		d->items[d->n++] = (struct call_device){0};
	else if (strcmp(rec->word, WORD_SERIAL) == 0)
		return device && copy(device->serial, sizeof(device->serial), rec->text);
	else if (strcmp(rec->word, WORD_CREATED) == 0 && device)
		device->enabled = (time_t)record_number(rec->text);
	return true;
}

enum status call_list_devices(
	struct caller *c, struct call_device devices[static ITEMS_MAX], size_t *n, struct error *e)
{
	struct device_list d = {devices, 0};
	enum status rc = ask_iam(c, "ListMFADevices", false, take_device, &d, e);

	for (size_t i = 0; rc == STATUS_OK && i < d.n; i++)
		if (!devices[i].serial[0])
			rc = broken(c, false, e);
	*n = rc == STATUS_OK ? d.n : 0;
	return rc;
}

struct key_list {
	struct call_key *items;
	size_t n;
};

static bool take_key(const struct record *rec, void *into)
{
	struct key_list *k = into;
	struct call_key *key = k->n > 0 ? k->items + k->n - 1 : NULL;

	if (strcmp(rec->word, WORD_ITEM) == 0)
		k->items[k->n++] = (struct call_key){0};
	else if (strcmp(rec->word, WORD_ACCESS_KEY_ID) == 0)
		return key && copy(key->id, sizeof(key->id), rec->text);
	else if (strcmp(rec->word, WORD_KEY_STATUS) == 0 && key)
		key->active = strcmp(rec->text, "Active") == 0;
	else if (strcmp(rec->word, WORD_CREATED) == 0 && key)
		key->created = (time_t)record_number(rec->text);
	return true;
}

enum status call_list_keys(
	struct caller *c, struct call_key keys[static ITEMS_MAX], size_t *n, struct error *e)
{
	struct key_list k = {keys, 0};
	enum status rc = ask_iam(c, "ListAccessKeys", false, take_key, &k, e);

	for (size_t i = 0; rc == STATUS_OK && i < k.n; i++)
		if (!keys[i].id[0])
			rc = broken(c, false, e);
	*n = rc == STATUS_OK ? k.n : 0;
	return rc;
}

struct rights {
	char action[64];
	char *allowed;
};

static bool take_right(const struct record *rec, void *into)
{
	struct rights *r = into;
	size_t used = strlen(r->allowed);

	if (strcmp(rec->word, WORD_ITEM) == 0)
		r->action[0] = '\0';
	else if (strcmp(rec->word, WORD_ACTION) == 0)
		return copy(r->action, sizeof(r->action), rec->text);
	else if (strcmp(rec->word, WORD_DECISION) == 0 && strcmp(rec->text, "allowed") == 0)
		snprintf(r->allowed + used, CALL_RIGHTS_SIZE - used, " %s", r->action);
	return true;
}

enum status call_rights(struct caller *c, const char *source, const char *user,
	char allowed[static CALL_RIGHTS_SIZE], struct error *e)
{
	struct rights r = {.allowed = allowed};
	char text[1400];

	allowed[0] = '\0';
	snprintf(text, sizeof(text),
		"SimulatePrincipalPolicy PolicySourceArn=%s ResourceArns.member.1=%s", source,
		user);
	return ask(c, text, false, take_right, &r, e);
}

static bool take_new_key(const struct record *rec, void *into)
{
	struct call_new_key *key = into;
	bool failed = false;

	if (!sts_process_collect(rec, WORD_ACCESS_KEY_ID, &key->id, &failed))
		sts_process_collect(rec, WORD_SECRET_ACCESS_KEY, &key->secret, &failed);
	return !failed;
}

enum status call_create_key(struct caller *c, struct call_new_key *key, struct error *e)
{
	enum status rc;

	*key = (struct call_new_key){0};
	rc = ask_iam(c, "CreateAccessKey", true, take_new_key, key, e);
	if (rc == STATUS_OK && (!key->id.data || !key->secret.data))
		rc = broken(c, true, e);
	if (rc != STATUS_OK) {
		secret_free(&key->id);
		secret_free(&key->secret);
	}
	return rc;
}

enum status call_set_key_active(struct caller *c, const char *key_id, bool active, struct error *e)
{
	char text[256];

	snprintf(text, sizeof(text), "UpdateAccessKey AccessKeyId=%s Status=%s", key_id,
		active ? "Active" : "Inactive");
	return ask_iam(c, text, true, NULL, NULL, e);
}

enum status call_delete_key(struct caller *c, const char *key_id, struct error *e)
{
	char text[256];

	snprintf(text, sizeof(text), "DeleteAccessKey AccessKeyId=%s", key_id);
	return ask_iam(c, text, true, NULL, NULL, e);
}

void call_end(struct caller *c)
{
	sts_process_end(&c->process);
}
