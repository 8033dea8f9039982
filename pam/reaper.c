/*
 * Threat: a stranger runs su again and again and never answers. A child that has ended counts as
 * one of the user's processes (RLIMIT_NPROC) until its parent has waited for it. The parent is the
 * application, which the conversation blocks. So a thread waits in its stead, for just as long as
 * the person is asked.
 *
 * What this file MUST guarantee, since the application knows nothing of the thread:
 *  - it takes no signal of the application's: all are blocked in it,
 *  - it reaps this child and no other,
 *  - it calls poll() and waitid() and nothing else: no allocation, no lock,
 *  - it has ended when reaper_stop() returns.
 * An application that is not root runs the helper as itself; there the thread would count as one
 * process more of that user's, and no stranger is involved.
 */
#include "reaper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* With room for the thread-local data of the application. */
#define STACK_SIZE ((size_t)256 << 10)

static void *reap(void *arg)
{
	const struct reaper *r = arg;
	/* Not read again: *r may be gone by then where the conversation ended in a longjmp(). */
	struct pollfd fds[] = {
		{.fd = r->stop, .events = POLLIN},
		{.fd = r->pidfd, .events = POLLIN},
	};
	siginfo_t info;

	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		continue;
	/* ECHILD where the application has reaped it: just as good. */
	if (fds[1].revents != 0)
		waitid(P_PIDFD, (id_t)fds[1].fd, &info, WEXITED | WNOHANG);
	return NULL;
}

void reaper_start(struct reaper *r, int pidfd)
{
	sigset_t all, before;
	pthread_attr_t attr;

	*r = (struct reaper){.pidfd = pidfd, .stop = -1};
	if (geteuid() != 0 || pthread_attr_init(&attr) != 0)
		return;
	r->stop = eventfd(0, EFD_CLOEXEC);
	if (r->stop >= 0 && pthread_attr_setstacksize(&attr, STACK_SIZE) == 0) {
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &before);
		r->runs = pthread_create(&r->thread, &attr, reap, r) == 0;
		pthread_sigmask(SIG_SETMASK, &before, NULL);
	}
	pthread_attr_destroy(&attr);
}

void reaper_stop(struct reaper *r)
{
	if (r->runs) {
		/* Where the application has closed what it finds open, the child's end wakes it. */
		if (eventfd_write(r->stop, 1) != 0)
			pidfd_send_signal(r->pidfd, SIGKILL, NULL, 0);
		pthread_join(r->thread, NULL);
	}
	if (r->stop >= 0)
		close(r->stop);
	*r = (struct reaper){.pidfd = -1, .stop = -1};
}
