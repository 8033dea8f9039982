/*
 * Asks the user at the terminal. Prompts go to /dev/tty, never to standard output: `eval $(...)`
 * and pipes would take them.
 */
#ifndef AWS_MFA_PROMPT_H
#define AWS_MFA_PROMPT_H

#include "error.h"
#include "text/secret.h"

#include <stdbool.h>

#define ANSWER_MAX 512 /* bytes */

/* Returns a descriptor of the controlling terminal; -1 without one. */
int prompt_open(void);

/*
 * A prompt also watches fd and calls ready() when fd becomes readable. A status other than
 * STATUS_OK ends the prompt, which returns that status. ready() may set fd to -1: there is no more
 * to watch.
 *
 * ending() is called before a signal ends this program; the prompt is over by then. It may be NULL.
 */
struct prompt_watch {
	int fd;
	enum status (*ready)(void *arg, struct error *e);
	void (*ending)(void *arg);
	void *arg;
	const struct prompt_watch *next; /* NULL: the last one */
};

#define PROMPT_WATCHES 2 /* at most */

/*
 * Writes question and reads one line into *answer, without its newline. The caller frees *answer,
 * also after a failure. A line that is longer than ANSWER_MAX or has a NUL gives an empty answer: a
 * cut line could look like a valid one.
 *
 * hidden turns echo off. A signal then takes effect after echo is on again. After ^Z and fg the
 * question is repeated. In the background the prompt waits for fg. watch may be NULL.
 *
 * STATUS_USAGE: end of input (^D). After a failure, typed input is discarded.
 */
enum status prompt_ask(int tty, const char *question, bool hidden, struct secret *answer,
	const struct prompt_watch *watch, struct error *e);

/* Discards what was typed and not read. Does nothing in the background. */
void prompt_discard(int tty);

/*
 * Reads one line from standard input into *answer, and no byte more. Otherwise like prompt_ask().
 * STATUS_USAGE: standard input is empty.
 */
enum status prompt_read_stdin(struct secret *answer, struct error *e);

#endif
