/*
 * Asking a person at the terminal. Prompts go to /dev/tty and never to standard output, so that
 * `eval $(...)` and pipes do not swallow them.
 */
#ifndef AWS_MFA_PROMPT_H
#define AWS_MFA_PROMPT_H

#include "error.h"
#include "text/secret.h"

#include <stdbool.h>

#define ANSWER_MAX 512 /* bytes */

/* A descriptor of the controlling terminal, or -1 when there is none. */
int prompt_open(void);

/*
 * While a prompt stands something else may become readable, on descriptor fd. ready() is called
 * then; a status other than STATUS_OK ends the prompt and is returned.
 */
struct prompt_watch {
	int fd;
	enum status (*ready)(void *arg, struct error *e);
	void *arg;
};

/*
 * Writes question and reads one line into *answer, without its newline. The caller frees it in any
 * case. A line over ANSWER_MAX, or one with a NUL, becomes empty rather than another answer.
 * hidden turns echo off; a signal then takes effect once it is on again. After ^Z and fg the
 * question is put anew; in the background it waits for fg. watch may be NULL.
 * STATUS_USAGE at the end of input (^D). What was typed at a prompt that failed is thrown away.
 */
enum status prompt_ask(int tty, const char *question, bool hidden, struct secret *answer,
	const struct prompt_watch *watch, struct error *e);

/*
 * The same without question and terminal: one line from standard input, and no byte more.
 * STATUS_USAGE where the input ends before the first byte.
 */
enum status prompt_read_stdin(struct secret *answer, struct error *e);

#endif
