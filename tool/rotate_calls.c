#include "rotate_calls.h"

#include "monotonic.h"
#include "text/progress.h"

#include <stdio.h>
#include <string.h>

/* Of a call. AWS limits the rate of requests, and networks fail for a moment. */
#define TRIES 3
/* A wait for it, with the pauses between the tries. */
#define ANSWER "AWS's answer"

bool rotate_accepts(const struct settings *s, const struct rotation_key *key)
{
	struct sts_request request = sts_request_of(s);
	struct call_identity who;
	struct caller c = {0};
	struct error e;
	bool accepts;

	request.access_key_id = key->id;
	request.secret_access_key = &key->secret;
	accepts = call_start(&c, &request, &e) == STATUS_OK &&
		call_identity(&c, &who, &e) == STATUS_OK;
	call_end(&c);
	return accepts;
}

enum status rotate_start_calls(struct rotate *r, struct error *e)
{
	struct sts_request request = sts_request_of(r->settings);
	enum status rc;

	request.access_key_id = r->session->access_key_id.data;
	request.secret_access_key = &r->session->secret_access_key;
	request.session_token = &r->session->session_token;
	rc = call_start(&r->caller, &request, e);
	progress_begin(ANSWER);
	for (int tries = 1; rc == STATUS_OK; tries++) {
		rc = call_identity(&r->caller, &r->who, e);
		if (rc != STATUS_UNAVAILABLE || tries == TRIES)
			break;
		progress_sleep(tries * 500L);
		rc = STATUS_OK;
	}
	progress_end();
	if (rc == STATUS_OK)
		call_name_user(&r->caller, &r->who);
	return rc;
}

bool rotate_says(const struct rotate *r, const char *aws_error)
{
	return strcmp(r->caller.aws_error, aws_error) == 0;
}

struct call_key *rotate_listed(struct rotate *r, const char *key_id)
{
	for (size_t i = 0; i < r->n_keys; i++)
		if (strcmp(r->keys[i].id, key_id) == 0)
			return &r->keys[i];
	return NULL;
}

/* Adds the next step to what AWS says. */
static enum status explain(
	const struct rotate *r, const char *action, enum status rc, struct error *e)
{
	char why[700];

	snprintf(why, sizeof(why), "%.600s", e->text);
	if (rc == STATUS_CONFIG && strncmp(r->caller.aws_error, "AccessDenied", 12) == 0)
		return error_set(e, rc,
			"%s; allow iam:%s to this user: aws-mfa(1) has the policy under ROTATING KEYS",
			why, action);
	if (rc == STATUS_CONFIG && rotate_says(r, "LimitExceeded"))
		return error_set(e, rc,
			"AWS gives this user no further key; delete one in the IAM console (Security "
			"credentials of %s) and try again (AWS: %s)",
			r->caller.user, why);
	return rc;
}

static enum status call_once(
	struct rotate *r, enum rotate_call call, const char *key_id, struct error *e)
{
	switch (call) {
	case LIST_KEYS:
		return call_list_keys(&r->caller, r->keys, &r->n_keys, e);
	case ACTIVATE_KEY:
	case DEACTIVATE_KEY:
		return call_set_key_active(&r->caller, key_id, call == ACTIVATE_KEY, e);
	default:
		return call_delete_key(&r->caller, key_id, e);
	}
}

enum status rotate_call(
	struct rotate *r, enum rotate_call call, const char *key_id, struct error *e)
{
	static const char *const actions[] = {
		[LIST_KEYS] = "ListAccessKeys",
		[ACTIVATE_KEY] = "UpdateAccessKey",
		[DEACTIVATE_KEY] = "UpdateAccessKey",
		[DELETE_KEY] = "DeleteAccessKey",
	};
	enum status rc;

	progress_begin(ANSWER);
	/* It does no harm if AWS carries out one of these twice. */
	for (int tries = 1;; tries++) {
		rc = call_once(r, call, key_id, e);
		if ((rc != STATUS_UNAVAILABLE && rc != STATUS_CODE_SPENT) || tries == TRIES)
			break;
		progress_sleep(tries * 500L);
	}
	progress_end();
	if (rc == STATUS_CONFIG && call == DELETE_KEY && rotate_says(r, "NoSuchEntity"))
		rc = STATUS_OK;
	return explain(r, actions[call], rc, e);
}

enum status rotate_create(struct rotate *r, struct rotation_key *key, struct error *e)
{
	struct call_new_key made;
	enum status rc;

	progress_begin(ANSWER);
	/* STATUS_UNAVAILABLE: AWS has not created a key. Otherwise a second one could be created.
	 */
	for (int tries = 1;; tries++) {
		rc = call_create_key(&r->caller, &made, e);
		if (rc != STATUS_UNAVAILABLE || tries == TRIES)
			break;
		progress_sleep(tries * 500L);
	}
	progress_end();
	*key = (struct rotation_key){.id = made.id.data, .secret = made.secret};
	return explain(r, "CreateAccessKey", rc, e);
}

static enum status judge_proof(const struct rotate *r, const struct rotation_key *key,
	enum status rc, const struct call_identity *who, struct error *e)
{
	if (rc == STATUS_OK && strcmp(who->arn, r->who.arn) != 0)
		return error_set(e, STATUS_CONFIG, "the key %s belongs to %s, but this is %s",
			key->id, who->arn, r->who.arn);
	return rc;
}

enum status rotate_prove(struct rotate *r, const struct rotation_key *key, int patience,
	bool *unknown, struct error *e)
{
	struct sts_request request = sts_request_of(r->settings);
	long seconds = patience * r->settings->timeout, pause_ms = 250;
	int64_t until_ms = monotonic_ms() + seconds * INT64_C(1000);
	struct call_identity who;
	struct caller c = {0};
	enum status rc;

	*unknown = false;
	request.access_key_id = key->id;
	request.secret_access_key = &key->secret;
	progress_begin("AWS to know the new key");
	rc = call_start(&c, &request, e);
	while (rc == STATUS_OK) {
		rc = call_identity(&c, &who, e);
		*unknown = rc == STATUS_CONFIG && strcmp(c.aws_error, "InvalidClientTokenId") == 0;
		if ((!*unknown && rc != STATUS_UNAVAILABLE) || monotonic_ms() >= until_ms)
			break;
		progress_sleep(pause_ms);
		pause_ms = pause_ms < 2000 ? pause_ms * 2 : pause_ms;
		rc = STATUS_OK;
	}
	progress_end();
	call_end(&c);
	if (*unknown)
		return error_set(e, STATUS_CODE_SPENT,
			"AWS does not know the key %s after %ld s; try again later", key->id,
			seconds);
	return judge_proof(r, key, rc, &who, e);
}
