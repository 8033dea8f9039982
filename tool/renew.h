/*
 * Renews a session for a command that the user runs: gets a code, and finishes the refresh with it.
 * ask_code.h says where the code comes from.
 */
#ifndef AWS_MFA_RENEW_H
#define AWS_MFA_RENEW_H

#include "attempts.h"
#include "refresh.h"

/* The row of --token, for a command's own options. */
/* clang-format off */
#define RENEW_OPTION_TOKEN \
	{.names = {"--token", "--mfa-token"}, \
		.argument = "CODE", \
		.help = "the code; - reads it from standard input. Without this option " \
			"you are asked on the terminal", \
		.secret = true}
/* clang-format on */

struct renew_options {
	const char *token; /* the value of --token; NULL: not given */
	const char *names; /* the question is for these; NULL: for the profile and its role */
};

/*
 * Gets a code, sends it and stores the session. refresh_load() must have returned STATUS_OK for *r.
 * After a wrong code the terminal asks again, three times in all. The code that AWS has just
 * refused is not sent again.
 *
 * STATUS_USAGE: there is no terminal to ask on, or no answer. Otherwise as refresh_finish().
 */
enum status renew(struct refresh *r, const struct renew_options *options, struct error *e);

/* The codes for one refresh, step by step: renew() does all of it. */
struct renewal {
	struct refresh *r;
	const char *names; /* as in the options */
	struct code_source source;
	struct attempts attempts;
	struct secret code; /* the last one */
};

/* Starts the warm-up. Call renewal_end() afterwards, also after a failure. */
enum status renewal_start(
	struct renewal *n, struct refresh *r, const struct renew_options *options, struct error *e);

/*
 * Asks once for a code that may be sent. follows: nothing else was asked since the last time, so
 * the question is short. other is as in ask_code(). STATUS_WRONG_CODE: ask again, unless
 * n->attempts.left is 0.
 */
enum status renewal_ask(
	struct renewal *n, bool follows, const struct prompt_watch *other, struct error *e);

/*
 * Tells that AWS has refused the code, if the user may be asked again. follows: as above. Otherwise
 * it says which code.
 */
void renewal_tell_refused(struct renewal *n, bool follows);

void renewal_end(struct renewal *n);

/* Is there a code to take, a command that prints one, or a terminal to ask on? */
bool renew_can_ask(const struct refresh *r, const struct renew_options *options);

/* Prints why a refresh ended with status, and what has become of the code. */
void renew_tell_failure(enum status status, const struct error *e);

#endif
