/*
 * Gets the MFA code from the first of these: --token, which may be standard input; the command of
 * --token-command, else of mfa_process; the user at the terminal.
 */
#ifndef AWS_MFA_ASK_CODE_H
#define AWS_MFA_ASK_CODE_H

#include "error.h"
#include "exchange.h"
#include "prompt.h"
#include "settings/taken.h"
#include "text/secret.h"

#include <stdint.h>

#define WORDS_MAX 65 /* and a NULL, of a command */

struct code_source {
	const char *token;      /* the value of --token, "-" for standard input; NULL: none */
	struct secret command;  /* its words stand here */
	char *words[WORDS_MAX]; /* of the command; the first is NULL without one */
	const char *named;      /* where the command comes from, for messages */
	const char *profile;    /* that is renewed */
	int tty;                /* -1 if nothing is asked */
};

/*
 * token is the value of --token, or NULL; settings are loaded, and inherit_token_command() is done.
 * They must stay until code_source_close(), which is to be called also after a failure.
 *
 * STATUS_USAGE: the code is to be asked, and there is no terminal; or the command of the option has
 * an open quote. STATUS_CONFIG: the command of a file has one; or a command that prints the code
 * for this profile runs already, and leads here.
 */
enum status code_source_open(
	struct code_source *s, const char *token, const struct settings *settings, struct error *e);
void code_source_close(struct code_source *s);

/*
 * Fills *code, six digits. The caller frees *code, also after a failure. While the user types, this
 * follows the warm-up of x, and `other` if that is not NULL: then the code must come from the
 * terminal. deadline_ms is as in exchange_step().
 *
 * STATUS_WRONG_CODE: the answer is no code. Otherwise as of token_command_run(). If the warm-up
 * fails, the prompt ends with its status: a code would not help.
 */
enum status ask_code(const struct code_source *s, const char *question, struct exchange *x,
	int64_t deadline_ms, const struct prompt_watch *other, struct secret *code,
	struct error *e);

#endif
