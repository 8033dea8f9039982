/* Gets the MFA code from --token, from standard input or from the user at the terminal. */
#ifndef AWS_MFA_ASK_CODE_H
#define AWS_MFA_ASK_CODE_H

#include "error.h"
#include "exchange.h"
#include "text/secret.h"

#include <stdint.h>

struct code_source {
	const char *token; /* the value of --token, "-" for standard input; NULL: ask */
	int tty;           /* -1 if nothing is asked */
};

/* STATUS_USAGE: the code is to be asked, and there is no terminal. Call code_source_close(). */
enum status code_source_open(struct code_source *s, const char *token, struct error *e);
void code_source_close(struct code_source *s);

/*
 * Fills *code, six digits. The caller frees *code, also after a failure. While the user types, this
 * follows the warm-up of x; deadline_ms is as in exchange_step().
 *
 * STATUS_WRONG_CODE: the answer is no code. If the warm-up fails, the prompt ends with its status:
 * a code would not help.
 */
enum status ask_code(const struct code_source *s, const char *question, struct exchange *x,
	int64_t deadline_ms, struct secret *code, struct error *e);

#endif
