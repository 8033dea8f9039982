#include "conversation.h"

#include "code.h"
#include "monotonic.h"
#include "settings/value.h"
#include "sts_limits.h"
#include "text/log.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>

/*
 * Threat: a stranger runs su many times and never answers. Limit how long a prompt waits. Otherwise
 * such prompts would hold connections to AWS open and use up the processes of the user.
 */
#ifndef WARM_MS
#define WARM_MS (5 * INT64_C(60000))
#endif

#define TELL_MS 5000

bool conversation_is_possible(const char *command)
{
	struct stat st;

	if (fstat(RECORD_FD, &st) == 0 && S_ISSOCK(st.st_mode))
		return true;
	log_error(
		"%s: this command is only for pam_aws_mfa.so; run instead: aws-mfa --profile NAME",
		command);
	return false;
}

void conversation_begin(struct conversation *c, enum login_state state)
{
	peer_init(&c->module, &words_pam, CHILD, state, RECORD_FD, c->buf);
	c->shut = false;
}

static bool tell(struct conversation *c, const char *word, const char *text)
{
	return peer_write(&c->module, monotonic_ms() + TELL_MS, word, text) == RECORD_OK;
}

bool conversation_tell_result(struct conversation *c, enum status status, const char *text)
{
	return peer_printf(&c->module, monotonic_ms() + TELL_MS, WORD_RESULT, "%d %s", (int)status,
		       text) == RECORD_OK;
}

void conversation_tell_until(struct conversation *c, time_t expiration)
{
	char text[32];

	snprintf(text, sizeof(text), "%jd", (intmax_t)expiration);
	if (expiration > 0)
		tell(c, WORD_UNTIL, text);
}

/* A session of a role belongs to the account of the role, not to the account of the keys. */
void conversation_tell_account(struct conversation *c, const struct settings *s)
{
	const char *const *value = s->value;
	const char *arn =
		value[SETTING_ASSUME_ROLE] ? value[SETTING_ASSUME_ROLE] : value[SETTING_DEVICE];
	const char *digits = arn ? value_account(arn) : NULL;
	char account[ACCOUNT_DIGITS + 1];

	if (!digits)
		return;
	snprintf(account, sizeof(account), "%s", digits);
	tell(c, WORD_ACCOUNT, account);
}

/*
 * Waits for a code. RECORD_TIMEOUT: no code came, and the module can send none any more. A code may
 * arrive just before the socket is shut. So look once more after that: no code stays unanswered.
 */
static enum record_error next_code(struct conversation *c, struct record *rec)
{
	enum record_error rc = RECORD_TIMEOUT;

	if (!c->shut)
		rc = peer_read(&c->module, monotonic_ms() + WARM_MS, rec);
	if (rc == RECORD_TIMEOUT && !c->shut) {
		c->shut = true;
		shutdown(RECORD_FD, SHUT_RD);
		rc = peer_read(&c->module, monotonic_ms(), rec);
		if (rc == RECORD_EOF)
			rc = RECORD_TIMEOUT;
	}
	return rc == RECORD_OK && !code_is_exact(rec->text) ? RECORD_BROKEN : rc;
}

/* Tries one code and reports the result. True if another code may follow. */
static bool answer(struct conversation *c, const char *code, conversation_try_fn *try, void *arg)
{
	struct tried tried = {"", "", 0};
	struct error e = {0};
	enum status rc = try(arg, code, &tried, &e);

	if (*tried.request_id)
		tell(c, WORD_REQUEST_ID, tried.request_id);
	if (*tried.key_id)
		tell(c, WORD_KEY_ID, tried.key_id);
	if (rc == STATUS_OK || rc == STATUS_VALID || rc == STATUS_NOT_STORED)
		conversation_tell_until(c, tried.expiration);
	return conversation_tell_result(c, rc, e.text) && rc == STATUS_WRONG_CODE;
}

void conversation_ask(struct conversation *c, conversation_try_fn *try, void *arg)
{
	bool again = tell(c, WORD_ASK, "");

	while (again) {
		struct record rec;
		enum record_error rc = next_code(c, &rec);

		if (rc == RECORD_TIMEOUT)
			tell(c, WORD_IDLE, "");
		again = rc == RECORD_OK && answer(c, rec.text, try, arg);
	}
}

void conversation_end(struct conversation *c)
{
	record_reader_wipe(&c->module.reader);
}
