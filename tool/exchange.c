#include "exchange.h"

#include "paths.h"
#include "text/log.h"
#include "text/progress.h"
#include "words_sts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum status broken(struct exchange *x, struct error *e)
{
	exchange_end(x);
	if (x->code_sent)
		return error_set(e, STATUS_CODE_SPENT,
			"aws-mfa-sts gave no answer; the code may be used up: try "
			"with the next one");
	return error_set(e, STATUS_SYSTEM, "%s gave no answer; try again", AWS_MFA_STS_PATH);
}

enum status exchange_start(
	struct exchange *x, const struct sts_request *request, int64_t deadline_ms, struct error *e)
{
	enum record_error sent = RECORD_OK;
	enum status rc;

	x->ready = x->code_sent = x->answered = false;
	rc = sts_process_start(&x->process, request, deadline_ms, e);
	if (rc != STATUS_OK)
		return rc;
	sts_process_send(&x->process, deadline_ms, WORD_CONNECT,
		request->signed_warm_up ? "signed" : "unsigned", &sent);
	/* RECORD_EOF: the process says why before it ends. exchange_step() reads that. */
	return sent == RECORD_OK || sent == RECORD_EOF ? STATUS_OK : broken(x, e);
}

/* Reads any record. For a `result` other than 0 it returns that status and fills *e. */
static enum status take(
	struct exchange *x, int64_t deadline_ms, struct record *rec, struct error *e)
{
	/* Wait a little longer: at the deadline the process says what it waited for. */
	enum record_error rc = sts_process_read(&x->process, deadline_ms + 500, rec);
	enum status status;
	const char *text;

	if (rc != RECORD_OK)
		return broken(x, e);
	sts_process_note(&x->process, rec);
	if (strcmp(rec->word, WORD_RESULT) != 0)
		return STATUS_OK;
	status = record_result(rec->text, &text);
	if (status != STATUS_OK)
		error_set(e, status, "%s", text);
	if (status != STATUS_OK && status != STATUS_WRONG_CODE)
		exchange_end(x);
	return status;
}

/* Keeps the record if it is a part of the session. */
static enum status collect(struct exchange *x, const struct record *rec, struct error *e)
{
	struct session *s = &x->session;
	bool failed = false;

	if (strcmp(rec->word, WORD_EXPIRATION) == 0)
		s->expiration = (time_t)record_number(rec->text);
	else if (!sts_process_collect(rec, WORD_ACCESS_KEY_ID, &s->access_key_id, &failed) &&
		!sts_process_collect(rec, WORD_SECRET_ACCESS_KEY, &s->secret_access_key, &failed))
		sts_process_collect(rec, WORD_SESSION_TOKEN, &s->session_token, &failed);
	return failed ? broken(x, e) : STATUS_OK;
}

static enum status check_session(struct exchange *x, struct error *e)
{
	const struct session *s = &x->session;

	x->answered = s->access_key_id.data && s->secret_access_key.data && s->session_token.data &&
		s->expiration > 0;
	return x->answered ? STATUS_OK : broken(x, e);
}

enum status exchange_step(struct exchange *x, int64_t deadline_ms, struct error *e)
{
	struct record rec;
	enum status rc = take(x, deadline_ms, &rec, e);

	if (rc != STATUS_OK)
		return rc;
	if (strcmp(rec.word, WORD_RESULT) == 0)
		return check_session(x, e);
	if (strcmp(rec.word, WORD_READY) != 0)
		return collect(x, &rec, e);
	x->ready = true;
	if (rec.text_len > 0)
		log_debug("connected to STS as %s", rec.text);
	return STATUS_OK;
}

enum status exchange_look(struct exchange *x, int64_t deadline_ms, struct error *e)
{
	enum status rc;

	do
		rc = exchange_step(x, deadline_ms, e);
	while (rc == STATUS_OK && record_pending(&x->process.peer.reader));
	return rc;
}

enum status exchange_send(
	struct exchange *x, const char *code, int64_t deadline_ms, struct error *e)
{
	enum status rc = STATUS_OK;
	enum record_error sent = RECORD_OK;

	session_free(&x->session); /* a part of one may have come with a wrong code */
	progress_begin("the connection to AWS");
	while (rc == STATUS_OK && !x->ready)
		rc = exchange_step(x, deadline_ms, e);
	progress_end();
	if (rc != STATUS_OK)
		return rc;
	sts_process_send_number(&x->process, deadline_ms, WORD_DEADLINE, deadline_ms, &sent);
	sts_process_send(&x->process, deadline_ms, WORD_CODE, code, &sent);
	x->code_sent = sent != RECORD_EOF;
	/* RECORD_EOF: the process ended before it read the code, and said why. */
	return sent == RECORD_OK || sent == RECORD_EOF ? STATUS_OK : broken(x, e);
}

enum status exchange_receive(
	struct exchange *x, int64_t deadline_ms, struct session *session, struct error *e)
{
	enum status rc = STATUS_OK;

	*session = (struct session){0};
	progress_begin("AWS's answer");
	while (rc == STATUS_OK && !x->answered)
		rc = exchange_step(x, deadline_ms, e);
	progress_end();
	if (rc != STATUS_OK)
		return rc;
	*session = x->session;
	x->session = (struct session){0};
	x->answered = false;
	return STATUS_OK;
}

enum status exchange_code(struct exchange *x, const char *code, int64_t deadline_ms,
	struct session *session, struct error *e)
{
	enum status rc = exchange_send(x, code, deadline_ms, e);

	*session = (struct session){0};
	return rc == STATUS_OK ? exchange_receive(x, deadline_ms, session, e) : rc;
}

void exchange_end(struct exchange *x)
{
	sts_process_end(&x->process);
	session_free(&x->session);
	x->ready = false;
}
