#include "renew.h"

#include "ask_code.h"
#include "text/log.h"

#include <stdio.h>
#include <unistd.h>

static enum status ask_and_finish(
	struct refresh *r, const struct code_source *source, struct error *e)
{
	const char *role = r->settings.value[SETTING_ASSUME_ROLE];
	struct secret code = {0};
	char question[2048];
	enum status rc;

	snprintf(question, sizeof(question),
		"MFA code of %s (for %s%s%s): ", r->settings.value[SETTING_DEVICE],
		r->settings.session, role ? ", " : "", role ? role : "");
	r->exchange.show_progress = isatty(STDERR_FILENO);
	rc = refresh_start(r, e);
	if (rc == STATUS_OK)
		rc = ask_code(source, question, &r->exchange, r->deadline_ms, &code, e);
	if (rc == STATUS_OK)
		rc = refresh_finish(r, code.data, e);
	secret_free(&code);
	return rc;
}

enum status renew(struct refresh *r, const struct renew_options *options, struct error *e)
{
	struct code_source source;
	enum status rc = code_source_open(&source, options->token, e);

	if (rc == STATUS_OK)
		rc = ask_and_finish(r, &source, e);
	code_source_close(&source);
	return rc;
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
