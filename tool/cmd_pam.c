/*
 * aws-mfa pam: the PAM module runs it, as the user, with a new environment. It never asks the user
 * itself. It receives the code as a record and sends the result as a record.
 */
#include "code.h"
#include "command.h"
#include "file/read.h"
#include "monotonic.h"
#include "peer.h"
#include "refresh.h"
#include "settings/value.h"
#include "sts_limits.h"
#include "text/log.h"
#include "words_pam.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

/*
 * Threat: a stranger runs su many times and never answers. Limit how long a prompt waits. Otherwise
 * such prompts would hold connections to AWS open and use up the processes of the user.
 */
#ifndef WARM_MS
#define WARM_MS (5 * INT64_C(60000))
#endif

enum { ALWAYS = OPTION_OWN, NOTIFY };

struct dialogue {
	struct refresh refresh;
	struct peer module;
	char buf[RECORD_MAX_PAM];
	bool deaf; /* the reading side is shut: no code can arrive */
};

static void begin(struct dialogue *d, enum login_state state)
{
	peer_init(&d->module, &words_pam, CHILD, state, RECORD_FD, d->buf);
}

static bool tell(struct dialogue *d, const char *word, const char *text)
{
	return peer_write(&d->module, monotonic_ms() + 5000, word, text) == RECORD_OK;
}

static bool tell_result(struct dialogue *d, enum status status, const char *text)
{
	return peer_printf(&d->module, monotonic_ms() + 5000, WORD_RESULT, "%d %s", (int)status,
		       text) == RECORD_OK;
}

static void tell_until(struct dialogue *d)
{
	char text[32];

	snprintf(text, sizeof(text), "%jd", (intmax_t)d->refresh.expiration);
	if (d->refresh.expiration > 0)
		tell(d, WORD_UNTIL, text);
}

/* A session of a role belongs to the account of the role, not to the account of the keys. */
static void tell_account(struct dialogue *d)
{
	const char *const *value = d->refresh.settings.value;
	const char *arn =
		value[SETTING_ASSUME_ROLE] ? value[SETTING_ASSUME_ROLE] : value[SETTING_DEVICE];
	const char *digits = arn ? value_account(arn) : NULL;
	char account[ACCOUNT_DIGITS + 1];

	if (!digits)
		return;
	snprintf(account, sizeof(account), "%s", digits);
	tell(d, WORD_ACCOUNT, account);
}

/*
 * Threat: a program keeps a file open for writing until the time of the module is over. Then the
 * user is never asked. Wait two fifths of the time for each file: 8 of the usual 20 s.
 */
static void bound_waiting(const struct command_line *line)
{
	const char *seconds = line->option[SETTING_TIMEOUT];
	int64_t n = seconds ? record_number(seconds) : -1;

	if (n >= 0)
		file_wait_at_most(n * 400);
}

/*
 * Waits for a code. RECORD_TIMEOUT: no code came, and the module can send none any more. A code may
 * arrive just before the socket is shut. So look once more after that: no code stays unanswered.
 */
static enum record_error next_code(struct dialogue *d, struct record *rec)
{
	enum record_error rc = RECORD_TIMEOUT;

	if (!d->deaf)
		rc = peer_read(&d->module, monotonic_ms() + WARM_MS, rec);
	if (rc == RECORD_TIMEOUT && !d->deaf) {
		d->deaf = true;
		shutdown(RECORD_FD, SHUT_RD);
		rc = peer_read(&d->module, monotonic_ms(), rec);
		if (rc == RECORD_EOF)
			rc = RECORD_TIMEOUT;
	}
	return rc == RECORD_OK && !code_is_exact(rec->text) ? RECORD_BROKEN : rc;
}

/* Tries one code and reports the result. True if another code may follow. */
static bool try_code(struct dialogue *d, const char *code)
{
	struct refresh *r = &d->refresh;
	struct error e = {0};
	enum status rc = refresh_finish(r, code, &e);

	if (*r->exchange.process.request_id)
		tell(d, WORD_REQUEST_ID, r->exchange.process.request_id);
	if (*r->key_id)
		tell(d, WORD_KEY_ID, r->key_id);
	if (rc == STATUS_OK || rc == STATUS_VALID || rc == STATUS_NOT_STORED)
		tell_until(d);
	return tell_result(d, rc, e.text) && rc == STATUS_WRONG_CODE;
}

static void converse(struct dialogue *d)
{
	bool again = tell(d, WORD_ASK, "");

	while (again) {
		struct record rec;
		enum record_error rc = next_code(d, &rec);

		if (rc == RECORD_TIMEOUT)
			tell(d, WORD_IDLE, "");
		again = rc == RECORD_OK && try_code(d, rec.text);
	}
}

static bool is_run_by_module(void)
{
	struct stat st;

	if (fstat(RECORD_FD, &st) == 0 && S_ISSOCK(st.st_mode))
		return true;
	log_error(
		"pam: this command is only for pam_aws_mfa.so; run instead: aws-mfa --profile NAME");
	return false;
}

static enum status refuse(const struct error *e)
{
	struct dialogue d = {0};

	if (!is_run_by_module())
		return STATUS_USAGE;
	begin(&d, LOGIN_STARTED);
	tell_result(&d, e->status,
		e->status == STATUS_USAGE
			? "the module and aws-mfa are of different versions; install the same version of both"
			: e->text);
	return e->status;
}

static enum status run(const struct command_line *line)
{
	struct dialogue d = {.refresh = {.mode = line->option[ALWAYS] ? MODE_ALWAYS : MODE_LOGIN}};
	struct error e = {0};
	enum status rc;

	if (!is_run_by_module())
		return STATUS_USAGE;
	begin(&d, line->option[NOTIFY] ? LOGIN_NOTIFIED : LOGIN_STARTED);
	bound_waiting(line);
	rc = refresh_load(&d.refresh, line->option, &e);
	tell_account(&d);
	if (line->option[NOTIFY]) {
		tell_until(&d);
		tell_result(&d, rc == STATUS_OK ? STATUS_NO_SESSION : rc, e.text);
	} else if (rc == STATUS_VALID) {
		tell_result(&d, rc, "");
	} else {
		if (rc == STATUS_OK)
			rc = refresh_start(&d.refresh, &e);
		if (rc == STATUS_OK)
			converse(&d);
		else
			tell_result(&d, rc, e.text);
	}
	record_reader_wipe(&d.module.reader);
	refresh_free(&d.refresh);
	return STATUS_OK;
}

const struct command cmd_pam = {
	.name = "pam",
	.run = run,
	.refuse = refuse,
	.summary = "for pam_aws_mfa.so only",
	.help = "For pam_aws_mfa.so only. It exchanges records with the module over a socket.",
	.settings = SETTING_BIT(SETTING_PROFILE) | SETTING_BIT(SETTING_TIMEOUT),
	.own = {{.names = {"--always"}, .help = "ask for a code even while a session is valid"},
		{.names = {"--notify"}, .help = "ask nothing, report the state of the session"}},
	.hidden = true,
};
