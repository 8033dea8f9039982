/* aws-mfa setup: asks for long-term keys and the device, and writes [NAME-long-term]. */
#include "command.h"
#include "credentials/store.h"
#include "file/create.h"
#include "file/read.h"
#include "ini/ini.h"
#include "prompt.h"
#include "record.h"
#include "settings/absence.h"
#include "settings/settings.h"
#include "settings/value.h"
#include "text/log.h"
#include "timeout.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* Asks once. *value has no blanks around it. */
static enum status ask_once(
	int tty, const char *question, bool hidden, struct secret *value, struct error *e)
{
	struct secret answer = {0};
	enum status rc = prompt_ask(tty, question, hidden, &answer, NULL, e);
	size_t from, to = answer.size;

	if (rc == STATUS_OK) {
		from = strspn(answer.data, " \t");
		while (to > from && (answer.data[to - 1] == ' ' || answer.data[to - 1] == '\t'))
			to--;
		if (!secret_copy(value, answer.data + from, to - from))
			rc = error_system(e, "--setup");
	}
	secret_free(&answer);
	return rc;
}

/* Repeats the question until check accepts the answer. */
static enum status ask(int tty, const char *question, bool hidden,
	const char *(*check)(const char *value), struct secret *value, struct error *e)
{
	for (;;) {
		enum status rc = ask_once(tty, question, hidden, value, e);
		const char *expected = rc == STATUS_OK ? check(value->data) : NULL;

		if (!expected)
			return rc;
		dprintf(tty, "  %s\n", expected);
		secret_free(value);
	}
}

/* Before existing keys are replaced, the user must agree. */
static enum status ask_to_replace(const char *path, const char *section, int tty, struct error *e)
{
	struct secret bytes;
	struct ini ini = {0};
	struct secret answer = {0};
	char question[512];
	struct stat st;
	enum file_found found;
	bool there;
	enum status rc = file_read(path, &bytes, &st, &found, e);

	if (rc == STATUS_OK)
		rc = ini_parse(&ini, path, &bytes, NULL, NULL, e);
	if (rc == STATUS_OK)
		rc = absence_check_text(&ini, e);
	there = rc == STATUS_OK && ini_has_section(&ini, section);
	ini_free(&ini);
	if (!there)
		return rc;
	snprintf(question, sizeof(question), "[%s] exists already. Replace its keys? [y/N] ",
		section);
	log_clean(question);
	rc = prompt_ask(tty, question, false, &answer, NULL, e);
	if (rc == STATUS_OK && strcasecmp(answer.data, "y") != 0 &&
		strcasecmp(answer.data, "yes") != 0)
		rc = error_set(e, STATUS_USAGE,
			"[%s] is kept; for another profile use --profile NAME", section);
	secret_free(&answer);
	return rc;
}

static enum status set_up(const struct settings *s, int tty, struct error *e)
{
	const char *path = s->value[SETTING_CREDENTIALS_FILE];
	struct secret key_id = {0}, key = {0}, serial = {0};
	char title[1024];
	enum status rc = ask_to_replace(path, s->long_term, tty, e);

	if (rc != STATUS_OK)
		return rc;
	snprintf(title, sizeof(title), "Long-term keys of profile %s, for [%s] of %s",
		s->value[SETTING_PROFILE], s->long_term, path);
	log_clean(title);
	dprintf(tty, "%s\n", title);
	rc = ask(tty, "Access key id: ", false, value_access_key_id, &key_id, e);
	if (rc == STATUS_OK)
		rc = ask(tty, "Secret access key (not shown): ", true, value_secret_access_key,
			&key, e);
	if (rc == STATUS_OK)
		rc = ask(tty, "MFA device (arn:aws:iam::ACCOUNT:mfa/NAME): ", false,
			value_mfa_serial, &serial, e);
	if (rc == STATUS_OK)
		rc = create_file(path, e);
	if (rc == STATUS_OK) {
		const struct ini_pair pairs[] = {
			{"aws_access_key_id", key_id.data},
			{"aws_secret_access_key", key.data},
			{"aws_mfa_device", serial.data},
		};

		rc = store_pairs(&(struct store_place){.path = path, .section = s->long_term},
			pairs, sizeof(pairs) / sizeof(pairs[0]),
			monotonic_ms() + TIMEOUT_DEFAULT * INT64_C(1000), e);
	}
	if (rc == STATUS_NOT_STORED)
		e->status = rc = STATUS_CONFIG; /* no code was sent */
	secret_free(&key_id);
	secret_free(&key);
	secret_free(&serial);
	return rc;
}

static enum status run(const struct command_line *line)
{
	struct settings s;
	struct error e = {0};
	int tty = prompt_open();
	enum status rc = settings_locate(&s, line->option, &e);

	if (rc == STATUS_OK && tty < 0)
		rc = error_set(&e, STATUS_USAGE,
			"--setup needs a terminal, and there is none; write [%s] of %s with an "
			"editor",
			s.long_term, s.value[SETTING_CREDENTIALS_FILE]);
	if (rc == STATUS_OK)
		rc = set_up(&s, tty, &e);
	if (rc == STATUS_OK)
		log_info("[%s] is written; now run: aws-mfa --profile %s", s.long_term,
			s.value[SETTING_PROFILE]);
	else
		log_error("%s", e.text);
	if (tty >= 0)
		close(tty);
	settings_free(&s);
	return rc;
}

const struct command cmd_setup = {
	.name = "setup",
	.run = run,
	.summary = "ask for long-term keys and store them",
	.help = "Ask for long-term keys and the MFA device, and write them to [NAME-long-term] of "
		"~/.aws/credentials. A missing file is created.",
	.example = "  aws-mfa setup --profile work",
	.settings = SETTING_BIT(SETTING_PROFILE) | SETTING_BIT(SETTING_LONG_TERM_SUFFIX) |
		SETTING_BIT(SETTING_SHORT_TERM_SUFFIX),
};
