#include "renew.h"

#include "prompt.h"
#include "text/log.h"

#include <stdio.h>
#include <unistd.h>

static const char *names_of(const struct renewal *n)
{
	return n->names ? n->names : n->r->settings.session;
}

enum status renewal_start(
	struct renewal *n, struct refresh *r, const struct renew_options *options, struct error *e)
{
	enum status rc;

	*n = (struct renewal){.r = r, .names = options->names};
	rc = code_source_open(&n->source, options->token, &r->settings, e);
	attempts_init(&n->attempts, &n->source);
	return rc == STATUS_OK ? refresh_start(r, e) : rc;
}

enum status renewal_ask(
	struct renewal *n, bool follows, const struct prompt_watch *other, struct error *e)
{
	struct refresh *r = n->r;
	const char *role = n->names ? NULL : r->settings.value[SETTING_ASSUME_ROLE];
	char question[2048];

	snprintf(question, sizeof(question),
		"MFA code of %s (for %s%s%s): ", r->settings.value[SETTING_DEVICE], names_of(n),
		role ? ", " : "", role ? role : "");
	return attempts_ask_once(
		&n->attempts, question, follows, &r->exchange, r->deadline_ms, other, &n->code, e);
}

void renewal_tell_refused(struct renewal *n, bool follows)
{
	attempts_refused(&n->attempts, &n->r->exchange, &n->code, follows ? NULL : names_of(n));
}

void renewal_end(struct renewal *n)
{
	secret_free(&n->code);
	attempts_free(&n->attempts);
	code_source_close(&n->source);
}

enum status renew(struct refresh *r, const struct renew_options *options, struct error *e)
{
	struct renewal n;
	enum status rc = renewal_start(&n, r, options, e);
	bool goes_on = rc == STATUS_OK;

	while (goes_on) {
		rc = renewal_ask(&n, n.attempts.made > 0, NULL, e);
		if (rc == STATUS_OK) {
			rc = refresh_finish(r, n.code.data, e);
			if (rc == STATUS_WRONG_CODE)
				renewal_tell_refused(&n, true);
		}
		goes_on = rc == STATUS_WRONG_CODE && n.attempts.left > 0;
	}
	renewal_end(&n);
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
