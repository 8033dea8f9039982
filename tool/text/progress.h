/*
 * Shows on standard error what a wait is for, and for how long, once it takes a second:
 *
 *	progress_begin("AWS's answer");
 *	while (... wait until progress_step(deadline_ms) ...)
 *		progress_show();
 *	progress_end();
 *
 * On a terminal this is one line, which counts the seconds in place. It is gone at the end, before
 * a message, and after ^C and ^Z. On a plain terminal (color.h) the line comes once and stays.
 * Elsewhere nothing is shown.
 */
#ifndef AWS_MFA_PROGRESS_H
#define AWS_MFA_PROGRESS_H

#include <stdint.h>

/* Waits may nest: the outermost is shown. what must stay valid until its end. */
void progress_begin(const char *what);
void progress_end(void);

/*
 * Before a wait for a program that may use the terminal itself: the line comes at once, and stays.
 * A later one could stand in the middle of a question of that program.
 */
void progress_lend(const char *what);

/* In a process that was forked: its waits are shown by the parent, as one. */
void progress_leave(void);

/* Until when to wait before progress_show(): not beyond deadline_ms (monotonic_ms()). */
int64_t progress_step(int64_t deadline_ms);

/* Does nothing outside of a wait, and while log_is_held(). */
void progress_show(void);

/* Sleeps, and shows the wait meanwhile. */
void progress_sleep(int64_t ms);

#endif
