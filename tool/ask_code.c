#include "ask_code.h"

#include "code.h"
#include "text/log.h"
#include "text/split.h"
#include "token_command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The profiles that wait for a command, a line each, for the processes of these commands. */
#define RUNNING "AWS_MFA_CODE_RUNNING"

struct warm_up {
	struct exchange *x;
	int64_t deadline_ms;
};

static enum status on_record(void *arg, struct error *e)
{
	struct warm_up *w = arg;

	return exchange_look(w->x, w->deadline_ms, e);
}

static enum status split_command(
	struct code_source *s, const struct settings *settings, struct error *e)
{
	const char *command = settings->value[SETTING_TOKEN_COMMAND], *fault;

	s->named = settings->where[SETTING_TOKEN_COMMAND];
	if (!secret_copy(&s->command, command, strlen(command)))
		return error_system(e, s->named);
	fault = split_words(s->command.data, s->words, WORDS_MAX);
	return fault
		? error_set(e,
			  settings->origin[SETTING_TOKEN_COMMAND] == ORIGIN_FILE ? STATUS_CONFIG
										 : STATUS_USAGE,
			  "%s: %s", s->named, fault)
		: STATUS_OK;
}

/* Is name a line of list? */
static bool is_listed(const char *list, const char *name)
{
	size_t len = strlen(name);

	while (list) {
		if (strncmp(list, name, len) == 0 && (list[len] == '\n' || list[len] == '\0'))
			return true;
		list = strchr(list, '\n');
		list += list != NULL;
	}
	return false;
}

/*
 * Threat: the command that prints the code needs a new session of this profile, such as by
 * `credential_process = aws-mfa export`. They would start each other without end.
 */
static enum status check_running(const char *profile, struct error *e)
{
	return is_listed(getenv(RUNNING), profile)
		? error_set(e, STATUS_CONFIG,
			  "profile %s is being renewed: the command that prints its code needs the "
			  "session of %s itself, for example by a credential_process; give that "
			  "command other credentials",
			  profile, profile)
		: STATUS_OK;
}

static enum status run_command(const struct code_source *s, const struct prompt_watch *watch,
	struct secret *answer, struct error *e)
{
	const char *outer = getenv(RUNNING);
	char *before = outer ? strdup(outer) : NULL;
	char *running =
		settings_format("%s%s%s", before ? before : "", before ? "\n" : "", s->profile);
	enum status rc;

	if (!running || (outer && !before) || setenv(RUNNING, running, 1) < 0)
		rc = error_system(e, RUNNING);
	else
		rc = token_command_run(s->words, s->named, watch, answer, e);
	/* A command of exec may renew what it wants. */
	if (!before)
		unsetenv(RUNNING);
	else
		setenv(RUNNING, before, 1);
	free(running);
	free(before);
	return rc;
}

enum status code_source_open(
	struct code_source *s, const char *token, const struct settings *settings, struct error *e)
{
	const char *profile = settings->value[SETTING_PROFILE];
	enum status rc = token ? STATUS_OK : check_running(profile, e);

	*s = (struct code_source){.token = token, .tty = -1, .profile = profile};
	if (token || rc != STATUS_OK)
		return rc;
	if (settings->value[SETTING_TOKEN_COMMAND])
		return split_command(s, settings, e);
	s->tty = prompt_open();
	if (s->tty >= 0)
		return STATUS_OK;
	return error_set(e, STATUS_USAGE,
		"there is no terminal to ask on; use --token - and write the "
		"code to standard input");
}

void code_source_close(struct code_source *s)
{
	if (s->tty >= 0)
		close(s->tty);
	s->tty = -1;
	secret_free(&s->command);
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

static enum status get_answer(const struct code_source *s, const char *question,
	const struct prompt_watch *watch, struct secret *answer, struct error *e)
{
	char clean[2048];

	if (s->words[0])
		return run_command(s, watch, answer, e);
	if (!s->token) {
		snprintf(clean, sizeof(clean), "%s", question);
		log_clean(clean);
		return prompt_ask(s->tty, clean, false, answer, watch, e);
	}
	if (strcmp(s->token, "-") == 0)
		return read_token(answer, e);
	return secret_copy(answer, s->token, strlen(s->token)) ? STATUS_OK
							       : error_system(e, "--token");
}

enum status ask_code(const struct code_source *s, const char *question, struct exchange *x,
	int64_t deadline_ms, const struct prompt_watch *other, struct secret *code, struct error *e)
{
	struct warm_up w = {x, deadline_ms};
	const struct prompt_watch watch = {
		.fd = x->process.peer.reader.fd, .ready = on_record, .arg = &w, .next = other};
	struct secret answer = {0};
	enum status rc;

	if (!secret_make(code, CODE_DIGITS))
		return error_system(e, "MFA code");
	code->size = CODE_DIGITS;
	rc = get_answer(s, question, &watch, &answer, e);
	if (rc == STATUS_OK && !code_from_answer(code->data, answer.data))
		rc = error_set(e, STATUS_WRONG_CODE,
			"MFA code: expected exactly six digits; nothing was sent");
	secret_free(&answer);
	return rc;
}
