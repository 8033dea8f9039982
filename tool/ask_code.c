#include "ask_code.h"

#include "code.h"
#include "text/log.h"
#include "text/split.h"
#include "token_command.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

enum status code_source_open(
	struct code_source *s, const char *token, const struct settings *settings, struct error *e)
{
	*s = (struct code_source){.token = token, .tty = -1};
	if (token)
		return STATUS_OK;
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
		return token_command_run(s->words, s->named, watch, answer, e);
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
