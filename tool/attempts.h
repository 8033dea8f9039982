/*
 * Asks for a code, and again after a wrong one: at the terminal three times in all. Says how many
 * tries are left and when the next code comes. The code that AWS has just refused is not sent
 * again.
 *
 *	struct attempts a;
 *
 *	attempts_init(&a, &source);
 *	do {
 *		rc = attempts_ask(&a, "MFA code of ...: ", x, deadline_ms, &code, e);
 *		if (rc == STATUS_OK)
 *			rc = (send it: STATUS_WRONG_CODE if AWS refuses it);
 *	} while (rc == STATUS_WRONG_CODE && attempts_refused(&a, x, &code, NULL));
 *	secret_free(&code);
 *	attempts_free(&a);
 */
#ifndef AWS_MFA_ATTEMPTS_H
#define AWS_MFA_ATTEMPTS_H

#include "ask_code.h"

struct attempts {
	const struct code_source *source;
	unsigned left, made;   /* how often the user may still be asked, and was asked */
	struct secret refused; /* the code that AWS has refused last */
};

/* source must stay, and be open when the user is asked. */
void attempts_init(struct attempts *a, const struct code_source *source);

/* A code was there already: it counts as the first attempt. */
void attempts_count(struct attempts *a);

/*
 * Replaces *code by a code to send. The question is that of the first attempt. Otherwise as
 * ask_code(), but STATUS_WRONG_CODE comes only if the user may not be asked again.
 */
enum status attempts_ask(struct attempts *a, const char *question, struct exchange *x,
	int64_t deadline_ms, struct secret *code, struct error *e);

/*
 * The same, but asks once. follows: nothing else was asked since the last time, so a short question
 * will do. other is as in ask_code(). STATUS_WRONG_CODE: ask again, unless a->left is 0.
 */
enum status attempts_ask_once(struct attempts *a, const char *question, bool follows,
	struct exchange *x, int64_t deadline_ms, const struct prompt_watch *other,
	struct secret *code, struct error *e);

/*
 * AWS has refused this code, and x has not ended. Returns true if the user may be asked again.
 * names: the code was for these profiles. NULL: it is the last one that was asked for.
 */
bool attempts_refused(
	struct attempts *a, const struct exchange *x, struct secret *code, const char *names);

void attempts_free(struct attempts *a);

#endif
