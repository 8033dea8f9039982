/*
 * aws-mfa pam: run by the PAM module, as the user, with an environment built from nothing. It
 * never asks anybody itself: the code comes as a record, and the outcome goes as one.
 */
#include "code.h"
#include "command.h"
#include "file/read.h"
#include "refresh.h"
#include "settings/value.h"
#include "sts_limits.h"
#include "text/log.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

/*
 * Threat: a stranger runs su again and again and never answers. Such prompts must not hold
 * connections to AWS open for ever, nor use up the processes that the user may have.
 */
#ifndef WARM_MS
#define WARM_MS (5 * 60 * 1000)
#endif

enum { ALWAYS = OPTION_OWN, NOTIFY };

struct dialogue {
	struct refresh refresh;
	struct record_reader reader;
	char buf[RECORD_MAX_PAM];
	bool deaf; /* no more codes can come in */
};

static bool tell(const char *word, const char *text)
{
	return record_write(RECORD_FD, RECORD_MAX_PAM, monotonic_ms() + 5000, word, text) ==
		RECORD_OK;
}

static bool tell_number(const char *word, int64_t n)
{
	char text[32];

	snprintf(text, sizeof(text), "%jd", (intmax_t)n);
	return tell(word, text);
}

static bool tell_result(enum status status, const char *text)
{
	return record_printf(RECORD_FD, RECORD_MAX_PAM, monotonic_ms() + 5000, WORD_RESULT, "%d %s",
		       (int)status, text) == RECORD_OK;
}

static bool tell_until(const struct refresh *r)
{
	return r->expiration <= 0 || tell_number(WORD_UNTIL, r->expiration);
}

/* A role's session is one of the role's account, which need not be that of the keys. */
static bool tell_account(const struct refresh *r)
{
	char *const *value = r->settings.value;
	const char *arn =
		value[SETTING_ASSUME_ROLE] ? value[SETTING_ASSUME_ROLE] : value[SETTING_DEVICE];
	const char *digits = arn ? value_account(arn) : NULL;
	char account[ACCOUNT_DIGITS + 1];

	if (!digits)
		return true;
	snprintf(account, sizeof(account), "%s", digits);
	return tell(WORD_ACCOUNT, account);
}

/*
 * Threat: a descriptor that a program keeps open for writing, so that the module's time is over
 * before anything is asked. For each file two fifths of it, which are 8 of the usual 20 s.
 */
static void bound_waiting(const struct command_line *line)
{
	const char *seconds = line->option[SETTING_TIMEOUT];
	int64_t n = seconds ? record_number(seconds) : -1;

	if (n >= 0)
		file_wait_at_most(n * 400);
}

/*
 * Waits for a code. RECORD_TIMEOUT: there is none, and the module knows that none can be read any
 * more. A code that comes at the last moment is in the socket by the time its end is shut, and is
 * taken; so no code is ever left unread and unanswered.
 */
static int next_code(struct dialogue *d, struct record *rec)
{
	int rc = d->deaf ? RECORD_TIMEOUT : record_read(&d->reader, monotonic_ms() + WARM_MS, rec);

	if (rc == RECORD_TIMEOUT && !d->deaf) {
		d->deaf = true;
		shutdown(RECORD_FD, SHUT_RD);
		rc = record_read(&d->reader, monotonic_ms(), rec);
		if (rc == RECORD_EOF)
			rc = RECORD_TIMEOUT;
	}
	if (rc == RECORD_OK && (strcmp(rec->word, WORD_CODE) != 0 || !code_is_exact(rec->text)))
		return RECORD_BROKEN;
	return rc;
}

/* Tries one code and tells the outcome. True when another one may follow. */
static bool try_code(struct dialogue *d, const char *code)
{
	struct refresh *r = &d->refresh;
	struct error e = {0};
	enum status rc = refresh_finish(r, code, &e);

	if (*r->exchange.request_id)
		tell(WORD_REQUEST_ID, r->exchange.request_id);
	if (*r->key_id)
		tell(WORD_KEY_ID, r->key_id);
	if (rc == STATUS_OK || rc == STATUS_VALID || rc == STATUS_NOT_STORED)
		tell_until(r);
	return tell_result(rc, e.text) && rc == STATUS_WRONG_CODE;
}

static void converse(struct dialogue *d)
{
	bool again = tell(WORD_ASK, "");

	while (again) {
		struct record rec;
		int rc = next_code(d, &rec);

		if (rc == RECORD_TIMEOUT)
			tell(WORD_IDLE, "");
		again = rc == RECORD_OK && try_code(d, rec.text);
	}
}

static bool is_run_by_module(void)
{
	struct stat st;

	if (fstat(RECORD_FD, &st) == 0 && S_ISSOCK(st.st_mode))
		return true;
	log_error("pam: this command is for pam_aws_mfa.so; you want: aws-mfa --profile NAME");
	return false;
}

static enum status refuse(const struct error *e)
{
	if (is_run_by_module())
		tell_result(e->status, "the module and aws-mfa do not fit together");
	return STATUS_USAGE;
}

static enum status run(const struct command_line *line)
{
	struct dialogue d = {.refresh = {.mode = MODE_LOGIN}};
	struct error e = {0};
	enum status rc;

	if (!is_run_by_module())
		return STATUS_USAGE;
	record_reader_init(&d.reader, RECORD_FD, d.buf, sizeof(d.buf));
	d.refresh.force = line->option[ALWAYS];
	bound_waiting(line);
	rc = refresh_load(&d.refresh, line->option, &e);
	tell_account(&d.refresh);
	if (line->option[NOTIFY]) {
		tell_until(&d.refresh);
		tell_result(rc == STATUS_OK ? STATUS_NO_SESSION : rc, e.text);
	} else if (rc == STATUS_VALID) {
		tell_result(rc, "");
	} else {
		if (rc == STATUS_OK)
			rc = refresh_start(&d.refresh, &e);
		if (rc == STATUS_OK)
			converse(&d);
		else
			tell_result(rc, e.text);
	}
	record_reader_wipe(&d.reader);
	refresh_free(&d.refresh);
	return STATUS_OK;
}

const struct command cmd_pam = {
	.name = "pam",
	.run = run,
	.refuse = refuse,
	.summary = "what pam_aws_mfa.so runs",
	.help = "What pam_aws_mfa.so runs. It speaks records on a socket that the module gives it.",
	.settings = SETTING_BIT(SETTING_PROFILE) | SETTING_BIT(SETTING_TIMEOUT),
	.own = {{.names = {"--always"}, .help = "ask even when a session is still valid"},
		{.names = {"--notify"}, .help = "ask nothing, tell how the session stands"}},
	.hidden = true,
};
