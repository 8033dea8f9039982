/*
 * aws-mfa setup: asks for long-term keys, or takes over those that stand in the file. Proves them
 * at AWS, finds the MFA device, and only then writes [NAME-long-term].
 */
#include "ask.h"
#include "command.h"
#include "command_line.h"
#include "command_options.h"
#include "prompt.h"
#include "settings/files.h"
#include "settings/settings.h"
#include "settings/value.h"
#include "setup/found.h"
#include "setup/shape.h"
#include "setup/write.h"
#include "setup_device.h"
#include "setup_keys.h"
#include "text/color.h"
#include "text/log.h"
#include "text/shell.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ACCESS_KEY_ID = OPTION_OWN, REPLACE };

#define CODES_MAX 3 /* codes that may be wrong, one after the other */

struct setup {
	const struct command_line *line;
	const char *options[N_SETTINGS];
	struct asker asker;
	struct settings settings;
	struct key_search keys;
	struct secret device, region;
};

static bool can_ask(const struct setup *s)
{
	return s->asker.tty >= 0;
}

/* --- the region, the files, the first session --- */

static enum status copy(struct secret *to, const char *text, struct error *e)
{
	secret_free(to);
	return secret_copy(to, text, strlen(text)) ? STATUS_OK : error_system(e, "setup");
}

/* AWS's regions have a '-'. People answer such a question with y or 1. */
static const char *check_region(const struct setup *s, const char *text)
{
	const char *expected = value_region(text);

	if (expected || strchr(text, '-') || s->settings.value[SETTING_ENDPOINT_URL])
		return expected;
	return "expected the name of a region, such as eu-west-1";
}

static enum status get_region(struct setup *s, struct error *e)
{
	const char *given = s->options[SETTING_REGION], *expected;
	enum status rc = STATUS_OK;

	if (given)
		return copy(&s->region, given, e);
	if (!can_ask(s) || s->settings.value[SETTING_REGION])
		return STATUS_OK;
	for (;;) {
		rc = ask_line(&s->asker,
			"Region of your AWS tools, such as eu-west-1 (Enter: none): ", false,
			&s->region, e);
		expected = rc == STATUS_OK && s->region.size > 0 ? check_region(s, s->region.data)
								 : NULL;
		if (!expected)
			return rc;
		ask_tell(&s->asker, "  %s", expected);
	}
}

static enum status write_files(struct setup *s, struct error *e)
{
	const struct settings *to = &s->settings;
	const struct setup_keys keys = {s->keys.id.data, s->keys.secret.data, s->device.data,
		setup_keys_stand_in(&s->keys, to->session) ? to->session : NULL};
	char question[1000];
	bool yes = true;
	enum status rc = STATUS_OK;

	snprintf(question, sizeof(question), "Write [%s] to %s%s%s%s?", to->long_term,
		to->value[SETTING_CREDENTIALS_FILE],
		keys.moved_from ? ", and take the keys out of [" : "",
		keys.moved_from ? keys.moved_from : "", keys.moved_from ? "]" : "");
	if (can_ask(s))
		rc = ask_yes(&s->asker, question, true, &yes, e);
	if (rc == STATUS_OK && !yes)
		rc = error_set(e, STATUS_USAGE, "nothing was changed");
	if (rc == STATUS_OK)
		rc = setup_write_keys(to, &keys, e);
	if (rc == STATUS_OK)
		ask_tell_marked(
			&s->asker, COLOR_GREEN, "ok     ", "", "[%s] is written", to->long_term);
	if (rc == STATUS_OK && s->region.size > 0)
		rc = setup_write_region(to, s->region.data, e);
	return rc;
}

/* Long-term keys that the user did not want moved: a refresh would refuse to overwrite them. */
static bool keys_are_in_the_way(const struct setup *s)
{
	const char *session = s->settings.session;
	struct found f;
	bool yes;

	found_in(&s->settings, session, &f);
	yes = f.section && !setup_keys_stand_in(&s->keys, session);
	found_free(&f);
	if (yes)
		log_warning("[%s] holds other long-term keys, and a session would overwrite them: "
			    "rename that section, or use --short-term-suffix WORD",
			session);
	return yes;
}

/* Asks for a code and gets the first session. *done: there is one. */
static void refresh_first(struct setup *s, bool *done)
{
	struct command_line line = {.command = &cmd_refresh};
	const char *name = strrchr(s->device.data, ':');
	struct secret code = {0};
	struct error e;
	char question[400];
	enum status rc;
	size_t token;

	memcpy(line.option, s->options, sizeof(s->options));
	if (command_option_find(&cmd_refresh, "--token", strlen("--token"), &token) != FOUND_ONE)
		return;
	snprintf(question, sizeof(question),
		"MFA code of %s (Enter: later): ", name ? name + 1 : s->device.data);
	for (int i = 0; i < CODES_MAX; i++) {
		rc = ask_line(&s->asker, question, false, &code, &e);
		if (rc != STATUS_OK || code.size == 0)
			break;
		line.option[token] = code.data;
		rc = cmd_refresh.run(&line);
		*done = rc == STATUS_OK;
		if (rc != STATUS_WRONG_CODE)
			break;
	}
	secret_free(&code);
}

/* Appends " --option value" if the option was given. */
static void put_option(const struct setup *s, enum setting id, char *text, size_t size)
{
	const char *value = s->options[id];
	size_t used = strlen(text);
	char word[600];

	if (value && shell_quote(value, strlen(value), word, sizeof(word)))
		snprintf(text + used, size - used, " %s%c%s", settings_rule(id)->option.names[0],
			*value == '-' ? '=' : ' ', word);
}

static void tell_next(const struct setup *s, bool refreshed)
{
	const char *session = s->settings.session;
	char command[2000] = "aws-mfa", named[SHELL_PROFILE_SIZE];

	if (!refreshed) {
		put_option(s, SETTING_PROFILE, command, sizeof(command));
		put_option(s, SETTING_LONG_TERM_SUFFIX, command, sizeof(command));
		put_option(s, SETTING_SHORT_TERM_SUFFIX, command, sizeof(command));
	} else if (strcmp(session, "default") == 0) {
		snprintf(command, sizeof(command), "aws sts get-caller-identity");
	} else {
		snprintf(command, sizeof(command), "aws %s sts get-caller-identity",
			shell_profile(session, named));
	}
	ask_tell_marked(&s->asker, "", "Next:  ", COLOR_BOLD, "%s", command);
}

/* Signatures of other AWS tools may be refused, too. A first session warns of it itself. */
static void warn_of_clock(const struct setup *s)
{
	char text[256];

	sts_process_judge_clock(&s->keys.caller.process, text, sizeof(text));
	if (*text)
		log_warning("%s", text);
}

static enum status set_up(struct setup *s, struct error *e)
{
	bool refreshed = false;
	enum status rc = setup_find_keys(&s->keys, e);

	if (rc == STATUS_OK) {
		struct device_search search = {&s->asker, &s->keys.caller, &s->keys.who,
			&s->settings, s->keys.secret.data};

		rc = setup_find_device(&search, &s->device, e);
		call_end(&s->keys.caller);
	}
	if (rc == STATUS_OK)
		rc = get_region(s, e);
	if (rc == STATUS_OK)
		rc = write_files(s, e);
	if (rc == STATUS_OK && !keys_are_in_the_way(s) && can_ask(s))
		refresh_first(s, &refreshed);
	if (rc == STATUS_OK && !refreshed)
		warn_of_clock(s);
	if (rc == STATUS_OK)
		tell_next(s, refreshed);
	return rc;
}

/* An option may hold the secret by mistake, so no message may quote it. */
static enum status check_device(const struct setup *s, struct error *e)
{
	const char *device = s->options[SETTING_DEVICE];
	const char *expected = device ? shape_device(device) : NULL;

	return expected ? error_set(e, STATUS_USAGE, "--device: %s", expected) : STATUS_OK;
}

static enum status check_id(const struct setup *s, struct error *e)
{
	const char *expected = setup_check_given_id(&s->keys);

	return expected ? error_set(e, STATUS_USAGE, "--access-key-id: %s", expected) : STATUS_OK;
}

/* With a key id on the command line, the secret comes on standard input, unless that is a terminal.
 */
static enum status open_terminal(struct setup *s, struct error *e)
{
	if (s->line->option[ACCESS_KEY_ID] && !isatty(STDIN_FILENO))
		return STATUS_OK;
	s->asker.tty = prompt_open();
	if (can_ask(s))
		return STATUS_OK;
	return error_set(e, STATUS_USAGE,
		"there is no terminal to ask on; give --access-key-id ID and write the secret to "
		"standard input, or write [%s] of %s with an editor",
		s->settings.long_term, s->settings.value[SETTING_CREDENTIALS_FILE]);
}

static void report(const struct error *e)
{
	if (e->status == STATUS_UNAVAILABLE)
		log_error("%s (nothing was written: the keys must be proved first; run setup again "
			  "when AWS can be reached)",
			e->text);
	else
		log_error("%s", e->text);
}

static enum status run(const struct command_line *line)
{
	struct setup s = {.line = line, .asker = {.tty = -1}};
	struct error e = {0};
	enum status rc = command_line_profile(line, s.options, &e);

	s.keys = (struct key_search){.asker = &s.asker,
		.settings = &s.settings,
		.given_id = line->option[ACCESS_KEY_ID],
		.replace = line->option[REPLACE]};
	if (rc == STATUS_OK)
		rc = check_device(&s, &e);
	if (rc == STATUS_OK)
		rc = settings_load_without_keys(&s.settings, s.options, MODE_BY_HAND, &e);
	if (rc == STATUS_OK)
		rc = check_id(&s, &e);
	if (rc == STATUS_OK)
		rc = open_terminal(&s, &e);
	if (rc == STATUS_OK)
		rc = set_up(&s, &e);
	if (rc != STATUS_OK)
		report(&e);
	if (s.asker.tty >= 0)
		close(s.asker.tty);
	setup_keys_free(&s.keys);
	secret_free(&s.device);
	secret_free(&s.region);
	settings_free(&s.settings);
	return rc;
}

static const struct option options[] = {

	{.names = {"--access-key-id"},
		.argument = "ID",
		.help = "the long-term key; the secret is then read from standard input",
		.secret = true},
	{.names = {"--replace"}, .help = "replace other keys in [NAME-long-term] without asking"},
};

const struct command cmd_setup = {
	.name = "setup",
	.run = run,
	.summary = "store long-term keys that AWS accepts, and their device",
	.help = "Ask for long-term keys, prove them at AWS, find the MFA device and write them to "
		"[NAME-long-term] of ~/.aws/credentials. Keys that stand in [NAME] or [default] "
		"can be taken over. Nothing is written before AWS has accepted the keys. Without a "
		"terminal, give --access-key-id, and the secret on standard input.",
	.example = "  aws-mfa setup work\n"
		   "  aws-mfa setup work --access-key-id AKIA... --region eu-west-1 <secret-file",
	.settings = SETTING_BIT(SETTING_PROFILE) | SETTING_BIT(SETTING_LONG_TERM_SUFFIX) |
		SETTING_BIT(SETTING_SHORT_TERM_SUFFIX) | SETTING_BIT(SETTING_DEVICE) |
		SETTING_BIT(SETTING_REGION) | SETTING_BIT(SETTING_ENDPOINT_URL) |
		SETTING_BIT(SETTING_TIMEOUT),
	.own = options,
	.n_own = sizeof(options) / sizeof(options[0]),
	.operand = "NAME",
	.max_operands = 1,
};
