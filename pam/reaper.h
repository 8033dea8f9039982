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
 * Waits for this child in a thread. Does nothing if pidfd is -1, if the application is not root, or
 * if no thread can be started: helper_end() then reaps the child later.
 */
void reaper_start(struct reaper *r, int pidfd);

/* Ends the thread. Keep *r and the pidfd until this returns. */
void reaper_stop(struct reaper *r);

#endif
