/*
 * Renews a session for a command that the user runs: gets a code, and finishes the refresh with it.
 * ask_code.h says where the code comes from.
 */
#ifndef AWS_MFA_RENEW_H
#define AWS_MFA_RENEW_H

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

/* Is there a code to take, a command that prints one, or a terminal to ask on? */
bool renew_can_ask(const struct refresh *r, const struct renew_options *options);

/* Prints why a refresh ended with status, and what has become of the code. */
void renew_tell_failure(enum status status, const struct error *e);

#endif
