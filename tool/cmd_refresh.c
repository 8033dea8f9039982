/* aws-mfa [refresh]: asks at a terminal, or takes the code from --token. */
#include "code.h"
#include "command.h"
#include "prompt.h"
#include "refresh.h"
#include "text/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FORCE = OPTION_OWN, TOKEN };

/* "until 2026-11-23 22:15:00 CET, 11 h 59 min from now" */
static const char *until(const struct refresh *r, char *buf, size_t size)
{
	time_t expiration = r->expiration;
	long left = (long)(expiration - sts_process_time(&r->exchange.process));
	char when[64];
	struct tm tm;

	/* The name of a zone in TZ can have any length. If it does not fit, show UTC. */
	if ((!localtime_r(&expiration, &tm) ||
		    strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S %Z", &tm) == 0) &&
		(!gmtime_r(&expiration, &tm) ||
			strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &tm) == 0))
		*when = '\0';
	if (left >= 3600)
		snprintf(buf, size, "until %s, %ld h %02ld min from now", when, left / 3600,
			left / 60 % 60);
	else if (left >= 60)
		snprintf(buf, size, "until %s, %ld min from now", when, left / 60);
	else
		snprintf(buf, size, "until %s, %ld s from now", when, left);
	return buf;
}

/* Runs during the prompt. A failed warm-up ends the prompt: a code would not help. */
static enum status on_record(void *arg, struct error *e)
{
	struct refresh *r = arg;

	do {
		enum status rc = exchange_step(&r->exchange, r->deadline_ms, e);

		if (rc != STATUS_OK)
			return rc;
	} while (record_pending(&r->exchange.process.peer.reader));
	return STATUS_OK;
}

static enum status ask(struct refresh *r, int tty, struct secret *answer, struct error *e)
{
	const char *role = r->settings.value[SETTING_ASSUME_ROLE];
	struct prompt_watch watch = {r->exchange.process.peer.reader.fd, on_record, r};
	char question[2048];

	snprintf(question, sizeof(question),
		"MFA code of %s (for %s%s%s): ", r->settings.value[SETTING_DEVICE],
		r->settings.session, role ? ", " : "", role ? role : "");
	log_clean(question);
	return prompt_ask(tty, question, false, answer, &watch, e);
}

/* Read one line only: the rest of standard input may be for another program. */
static enum status read_token(struct secret *answer, struct error *e)
{
	enum status rc = prompt_read_stdin(answer, e);

	if (rc == STATUS_USAGE)
		error_set(e, rc,
			"--token -: standard input is empty; write the code and a newline to it");
	return rc;
}

static enum status get_answer(struct refresh *r, const struct command_line *line, int tty,
	struct secret *answer, struct error *e)
{
	if (!line->option[TOKEN])
		return ask(r, tty, answer, e);
	if (strcmp(line->option[TOKEN], "-") == 0)
		return read_token(answer, e);
	return secret_copy(answer, line->option[TOKEN], strlen(line->option[TOKEN]))
		? STATUS_OK
		: error_system(e, "--token");
}

/* Takes the code from the answer and uses it. */
static enum status spend(struct refresh *r, const struct secret *answer, struct error *e)
{
	struct secret code;
	enum status rc;

	if (!secret_make(&code, CODE_DIGITS))
		return error_system(e, "MFA code");
	if (code_from_answer(code.data, answer->data)) {
		code.size = CODE_DIGITS;
		rc = refresh_finish(r, code.data, e);
	} else {
		rc = error_set(e, STATUS_WRONG_CODE,
			"MFA code: expected exactly six digits; nothing was sent");
	}
	secret_free(&code);
	return rc;
}

static enum status renew(
	struct refresh *r, const struct command_line *line, int tty, struct error *e)
{
	struct secret answer = {0};
	enum status rc;

	r->exchange.show_progress = isatty(STDERR_FILENO);
	rc = refresh_start(r, e);
	if (rc == STATUS_OK)
		rc = get_answer(r, line, tty, &answer, e);
	if (rc == STATUS_OK)
		rc = spend(r, &answer, e);
	secret_free(&answer);
	return rc;
}

static void warn_about_hiding(void)
{
	static const char *const names[] = {
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (getenv(names[i])) {
			log_warning("%s is set and hides this session from every AWS tool; run: "
				    "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY "
				    "AWS_SESSION_TOKEN",
				names[i]);
			return;
		}
	}
}

static enum status run(const struct command_line *line)
{
	struct refresh r = {.mode = MODE_BY_HAND, .force = line->option[FORCE]};
	struct error e = {0};
	char text[128];
	enum status rc = refresh_load(&r, line->option, &e);
	int tty = -1;

	if (rc == STATUS_OK && !line->option[TOKEN]) {
		tty = prompt_open();
		if (tty < 0)
			rc = error_set(&e, STATUS_USAGE,
				"there is no terminal to ask on; use --token - and write the "
				"code to standard input");
	}
	if (rc == STATUS_OK)
		rc = renew(&r, line, tty, &e);
	switch (rc) {
	case STATUS_OK:
		log_info("[%s] is valid %s", r.settings.session, until(&r, text, sizeof(text)));
		if (e.text[0])
			log_warning("%s", e.text);
		warn_about_hiding();
		break;
	case STATUS_VALID:
		log_info("[%s] is still valid %s", r.settings.session,
			until(&r, text, sizeof(text)));
		warn_about_hiding();
		rc = STATUS_OK;
		break;
	case STATUS_NOT_STORED:
		log_error("the code was accepted, but the session could not be stored: %s", e.text);
		break;
	case STATUS_UNAVAILABLE:
		log_error("%s (no code was sent; your code is still good)", e.text);
		break;
	default:
		log_error("%s", e.text);
	}
	if (tty >= 0)
		close(tty);
	refresh_free(&r);
	return rc;
}

const struct command cmd_refresh = {
	.name = "refresh",
	.run = run,
	.summary = "get a session, unless one is valid; the default command",
	.help = "Trade an MFA code for temporary AWS credentials and write them to [NAME] of "
		"~/.aws/credentials. The long-term keys and aws_mfa_device are in "
		"[NAME-long-term] of the same file. A session that is still valid is kept.",
	.example = "  aws-mfa --profile work\n"
		   "  aws --profile work s3 ls",
	.settings = ALL_SETTINGS,
	.own = {{.names = {"--force"}, .help = "renew a session that is still valid, too"},
		{.names = {"--token", "--mfa-token"},
			.argument = "CODE",
			.help = "the code; - reads it from standard input. Without this option "
				"you are asked on the terminal",
			.secret = true}},
};
