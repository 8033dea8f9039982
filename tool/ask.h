/*
 * Talks with a person who sets something up: lines with a mark, and questions. Without a terminal
 * the lines go to standard output, and the answers come from standard input.
 */
#ifndef AWS_MFA_ASK_H
#define AWS_MFA_ASK_H

#include "error.h"
#include "text/secret.h"

#include <stdbool.h>

struct asker {
	int tty; /* prompt_open(); -1: nobody can be asked */
};

/* Prints one line, cleaned by log_clean(). */
void ask_tell(const struct asker *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * The same after a mark, such as "ok     ", in its color. text_color is that of the line. Without a
 * terminal a mark with a color is left out.
 */
void ask_tell_marked(const struct asker *a, const char *color, const char *mark,
	const char *text_color, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/*
 * Asks once. *value has no blanks around it. The caller frees it, also after a failure.
 * STATUS_USAGE: end of input.
 */
enum status ask_line(const struct asker *a, const char *question, bool hidden, struct secret *value,
	struct error *e);

/* A question of yes and no. enter is the answer of Enter. */
enum status ask_yes(
	const struct asker *a, const char *question, bool enter, bool *yes, struct error *e);

/*
 * Asks until check(arg, text) returns NULL; what it returns else is shown. The answer itself is not
 * shown: it may be a secret that was pasted at the wrong question. Without a terminal a bad answer
 * is STATUS_USAGE.
 */
enum status ask_hidden(const struct asker *a, const char *question,
	const char *(*check)(const void *arg, const char *text), const void *arg,
	struct secret *value, struct error *e);

#endif
