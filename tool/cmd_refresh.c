/* aws-mfa [refresh]: trades a code for a session, and says until when it is valid. */
#include "command_line.h"
#include "settings/outer.h"
#include "several.h"
#include "text/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

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

static void warn_about_hiding(void)
{
	static const char *const names[] = {
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (getenv(names[i])) {
			log_warning("%s is set and hides this session from AWS tools without "
				    "--profile; run: %s",
				names[i], outer_unset_keys());
			return;
		}
	}
}

static enum status run_one(struct several_profile *p, const struct renew_options *options)
{
	struct refresh *r = &p->r;
	char text[128];

	if (p->rc == STATUS_OK)
		p->rc = renew(r, options, &p->e);
	if (several_failed(p)) {
		renew_tell_failure(p->rc, &p->e);
		return p->rc;
	}
	log_info("[%s] is %svalid %s", r->settings.session, p->rc == STATUS_VALID ? "still " : "",
		until(r, text, sizeof(text)));
	if (p->rc == STATUS_OK && p->e.text[0])
		log_warning("%s", p->e.text);
	warn_about_hiding();
	return STATUS_OK;
}

static enum status run_all(struct several *s, const struct renew_options *options, struct error *e)
{
	enum status rc;

	if (s->n == 1)
		return run_one(s->profiles[0], options);
	rc = several_renew(s, options, e);
	if (rc != STATUS_OK) {
		log_error("%s", e->text);
		return rc;
	}
	rc = several_report(s);
	warn_about_hiding();
	return rc;
}

static enum status run(const struct command_line *line)
{
	struct several s = {
		.mode = line->option[FORCE] ? MODE_FORCE : MODE_BY_HAND, .options = line->option};
	const struct renew_options options = {.token = line->option[TOKEN]};
	const char *settings[N_SETTINGS];
	struct error e;
	enum status rc = command_line_profile(line, settings, &e);

	for (size_t i = 0; rc == STATUS_OK && i < line->n_operands; i++)
		rc = several_add(&s, line->operands[i], &e);
	if (rc == STATUS_OK && line->n_operands == 0)
		rc = several_add(&s, NULL, &e);
	if (rc == STATUS_OK)
		rc = run_all(&s, &options, &e);
	else
		log_error("%s", e.text);
	several_free(&s);
	return rc;
}

static const struct option own[] = {
	{.names = {"--force"}, .help = "renew a session that is still valid, too"},
	RENEW_OPTION_TOKEN,
};

const struct command cmd_refresh = {
	.name = "refresh",
	.run = run,
	.summary = "get a session, unless one is valid; the default command",
	.help = "Trade an MFA code for temporary AWS credentials and write them to [NAME] of "
		"~/.aws/credentials. The long-term keys and aws_mfa_device are in "
		"[NAME-long-term] of the same file. A session that is still valid is kept. "
		"Several profiles with the same MFA device need one code.",
	.example = "  aws-mfa --profile work\n"
		   "  aws --profile work s3 ls\n"
		   "  aws-mfa refresh work stage prod",
	.settings = ALL_SETTINGS,
	.own = own,
	.n_own = sizeof(own) / sizeof(own[0]),
	.operand = "NAME",
	.max_operands = SEVERAL_MAX,
};
