/*
 * Reaps a helper that ends while the person is asked.
 *
 *	reaper_start(&r, helper.pidfd);
 *	... the conversation, which may take for ever ...
 *	reaper_stop(&r);
 */
#ifndef PAM_REAPER_H
#define PAM_REAPER_H

#include <pthread.h>
#include <stdbool.h>

struct reaper {
	pthread_t thread;
	int pidfd; /* the caller's */
	int stop;  /* an eventfd */
	bool runs;
};

/*
 * Waits for this one child in a thread. Does nothing for an application that is not root, and
 * nothing where no thread can be had: the child is then reaped later, by helper_end().
 */
void reaper_start(struct reaper *r, int pidfd);

/* Ends the thread. Only after it may *r or the pidfd go. */
void reaper_stop(struct reaper *r);

#endif
