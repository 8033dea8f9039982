#include "renew.h"

#include "ask_code.h"
#include "attempts.h"
#include "prompt.h"
#include "text/log.h"

#include <stdio.h>
#include <unistd.h>

/* Asks again after a wrong code, but only at the terminal. */
static enum status ask_and_finish(
	struct refresh *r, const struct code_source *source, const char *names, struct error *e)
{
	const char *role = names ? NULL : r->settings.value[SETTING_ASSUME_ROLE];
	struct secret code = {0};
	struct attempts a;
	char question[2048];
	enum status rc;

	snprintf(question, sizeof(question),
		"MFA code of %s (for %s%s%s): ", r->settings.value[SETTING_DEVICE],
		names ? names : r->settings.session, role ? ", " : "", role ? role : "");
	attempts_init(&a, source);
	rc = refresh_start(r, e);
	if (rc == STATUS_OK)
		do {
			rc = attempts_ask(&a, question, &r->exchange, r->deadline_ms, &code, e);
			if (rc == STATUS_OK)
				rc = refresh_finish(r, code.data, e);
		} while (rc == STATUS_WRONG_CODE && attempts_refused(&a, &r->exchange, &code));
	secret_free(&code);
	attempts_free(&a);
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
