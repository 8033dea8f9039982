#include "attempts.h"

#include "ask.h"
#include "prompt.h"
#include "text/color.h"

/* How often the user is asked. AWS locks nobody out, but who fails three times looks closer. */
#define PROMPTS 3

/* An MFA device shows a new code every 30 s (RFC 6238). */
#define STEP_S 30

void attempts_init(struct attempts *a, const struct code_source *source)
{
	*a = (struct attempts){.source = source, .left = source->tty >= 0 ? PROMPTS : 1};
}

void attempts_free(struct attempts *a)
{
	secret_free(&a->refused);
}

void attempts_count(struct attempts *a)
{
	a->left--;
	a->made++;
}

/* Seconds until the device shows the next code, by AWS's clock if it is known. */
static int next_code(const struct exchange *x)
{
	return (int)(STEP_S - sts_process_time(&x->process) % STEP_S);
}

static const char *tries(const struct attempts *a)
{
	return a->left == 1 ? "1 try" : "2 tries";
}

enum status attempts_ask_once(struct attempts *a, const char *question, bool follows,
	struct exchange *x, int64_t deadline_ms, const struct prompt_watch *other,
	struct secret *code, struct error *e)
{
	const struct asker asker = {.tty = a->source->tty};
	enum status rc;

	secret_free(code);
	/* What was typed before the question is no answer to it. */
	if (a->made > 0)
		prompt_discard(a->source->tty);
	attempts_count(a);
	rc = ask_code(a->source, follows ? "MFA code: " : question, x, deadline_ms, other, code, e);
	if (rc == STATUS_WRONG_CODE && a->left > 0)
		ask_tell_marked(&asker, COLOR_YELLOW, "Not sent", "",
			": a code has exactly six digits. %s left; next code in %d s.", tries(a),
			next_code(x));
	if (rc != STATUS_OK || !secret_equal(code, &a->refused))
		return rc;
	if (a->left > 0)
		ask_tell_marked(&asker, COLOR_YELLOW, "Not sent", "",
			": AWS has just refused this code. Next code in %d s.", next_code(x));
	return error_set(e, STATUS_WRONG_CODE,
		"AWS has just refused this code, so it was not sent again; the next one comes in "
		"%d s",
		next_code(x));
}

enum status attempts_ask(struct attempts *a, const char *question, struct exchange *x,
	int64_t deadline_ms, struct secret *code, struct error *e)
{
	enum status rc;

	do
		rc = attempts_ask_once(a, question, a->made > 0, x, deadline_ms, NULL, code, e);
	while (rc == STATUS_WRONG_CODE && a->left > 0);
	return rc;
}

bool attempts_refused(
	struct attempts *a, const struct exchange *x, struct secret *code, const char *names)
{
	const struct asker asker = {.tty = a->source->tty};

	if (a->left == 0)
		return false;
	ask_tell_marked(&asker, COLOR_RED, "Refused", "",
		": %s%s%swrong, or used before. %s left; next code in %d s.",
		names ? "the code for " : "", names ? names : "", names ? " was " : "", tries(a),
		next_code(x));
	secret_free(&a->refused);
	a->refused = *code;
	*code = (struct secret){0};
	return true;
}
