#include "renew.h"

#include "ask.h"
#include "ask_code.h"
#include "prompt.h"
#include "text/color.h"
#include "text/log.h"

#include <stdio.h>
#include <unistd.h>

/* How often the user is asked. AWS locks nobody out, but who fails three times looks closer. */
#define PROMPTS 3

/* An MFA device shows a new code every 30 s (RFC 6238). */
#define STEP_S 30

/* Codes for one refresh. */
struct attempts {
	struct refresh *r;
	const struct code_source *source;
	unsigned left;         /* how often the user may still be asked */
	struct secret refused; /* the code that AWS has refused last */
};

/* Seconds until the device shows the next code, by AWS's clock if it is known. */
static int next_code(const struct attempts *a)
{
	return (int)(STEP_S - sts_process_time(&a->r->exchange.process) % STEP_S);
}

static const char *tries(const struct attempts *a)
{
	return a->left == 1 ? "1 try" : "2 tries";
}

static enum status try_code(struct attempts *a, struct secret *code, struct error *e)
{
	const struct asker asker = {.tty = a->source->tty};
	enum status rc;

	if (secret_equal(code, &a->refused)) {
		if (a->left > 0)
			ask_tell_marked(&asker, COLOR_YELLOW, "Not sent", "",
				": AWS has just refused this code. Next code in %d s.",
				next_code(a));
		return error_set(e, STATUS_WRONG_CODE,
			"AWS has just refused this code, so it was not sent again; the next one "
			"comes in %d s",
			next_code(a));
	}
	rc = refresh_finish(a->r, code->data, e);
	if (rc != STATUS_WRONG_CODE || a->left == 0)
		return rc;
	ask_tell_marked(&asker, COLOR_RED, "Refused", "",
		": wrong, or used before. %s left; next code in %d s.", tries(a), next_code(a));
	secret_free(&a->refused);
	a->refused = *code;
	*code = (struct secret){0};
	return rc;
}

static enum status ask_once(struct attempts *a, const char *question, struct error *e)
{
	const struct asker asker = {.tty = a->source->tty};
	struct exchange *x = &a->r->exchange;
	struct secret code = {0};
	enum status rc;

	rc = ask_code(a->source, question, x, a->r->deadline_ms, &code, e);
	if (rc == STATUS_OK)
		rc = try_code(a, &code, e);
	else if (rc == STATUS_WRONG_CODE && a->left > 0)
		ask_tell_marked(&asker, COLOR_YELLOW, "Not sent", "",
			": a code has exactly six digits. %s left; next code in %d s.", tries(a),
			next_code(a));
	secret_free(&code);
	return rc;
}

/* Asks again after a wrong code, but only at the terminal. */
static enum status ask_and_finish(
	struct refresh *r, const struct code_source *source, const char *names, struct error *e)
{
	const char *role = names ? NULL : r->settings.value[SETTING_ASSUME_ROLE];
	struct attempts a = {r, source, source->tty >= 0 ? PROMPTS : 1, {0}};
	char question[2048];
	enum status rc;

	snprintf(question, sizeof(question),
		"MFA code of %s (for %s%s%s): ", r->settings.value[SETTING_DEVICE],
		names ? names : r->settings.session, role ? ", " : "", role ? role : "");
	rc = refresh_start(r, e);
	while (rc == STATUS_OK) {
		a.left--;
		rc = ask_once(&a, question, e);
		if (rc != STATUS_WRONG_CODE || a.left == 0)
			break;
		/* What was typed before the question is no answer to it. */
		prompt_discard(source->tty);
		snprintf(question, sizeof(question), "MFA code: ");
		rc = STATUS_OK;
	}
	secret_free(&a.refused);
	return rc;
}

enum status renew(struct refresh *r, const struct renew_options *options, struct error *e)
{
	struct code_source source;
	enum status rc = code_source_open(&source, options->token, &r->settings, e);

	if (rc == STATUS_OK)
		rc = ask_and_finish(r, &source, options->names, e);
	code_source_close(&source);
	return rc;
}

bool renew_can_ask(const struct refresh *r, const struct renew_options *options)
{
	int tty = prompt_open();

	if (tty >= 0)
		close(tty);
	return tty >= 0 || options->token || r->settings.value[SETTING_TOKEN_COMMAND];
}

void renew_tell_failure(enum status status, const struct error *e)
{
	if (status == STATUS_NOT_STORED)
		log_error(
			"the code was accepted, but the session could not be stored: %s", e->text);
	else if (status == STATUS_UNAVAILABLE)
		log_error("%s (no code was sent; your code is still good)", e->text);
	else
		log_error("%s", e->text);
}
