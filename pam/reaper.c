/*
 * Threat: a stranger runs su again and again and never answers. A child that has ended counts as a
 * process of the user (RLIMIT_NPROC) until its parent reaps it. The parent is the application, and
 * the conversation blocks it. So a thread reaps the child while the person is asked.
 *
 * What this file MUST guarantee, because the application does not know of the thread:
 *  - it takes no signal of the application: all are blocked in it,
 *  - it reaps only this child,
 *  - it calls only poll() and waitid(): no allocation, no lock,
 *  - it has ended when reaper_stop() returns.
 * An application that is not root runs the helper under its own uid. There is no stranger then, and
 * the thread would count as one more process of this user. So there is no thread.
 */
#include "reaper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "compat.h"

/* Has room for the thread-local data of the application. */
#define STACK_SIZE ((size_t)256 << 10)

static void *reap(void *arg)
{
	const struct reaper *r = arg;
	/* Do not read *r again: it may be gone if the conversation ended in a longjmp(). */
	struct pollfd fds[] = {
		{.fd = r->stop, .events = POLLIN},
		{.fd = r->pidfd, .events = POLLIN},
	};
	siginfo_t info;

	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		continue;
	/* ECHILD: the application has reaped the child, which is as good. */
	if (fds[1].revents != 0)
		waitid(P_PIDFD, (id_t)fds[1].fd, &info, WEXITED | WNOHANG);
	return NULL;
}

void reaper_start(struct reaper *r, int pidfd)
{
	sigset_t all, before;
	pthread_attr_t attr;

	*r = (struct reaper){.pidfd = pidfd, .stop = -1};
	if (pidfd < 0 || geteuid() != 0 || pthread_attr_init(&attr) != 0)
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
		/*
		 * The application may have closed all descriptors. Then the end of the child wakes
		 * the thread.
		 */
		if (eventfd_write(r->stop, 1) != 0)
			syscall(SYS_pidfd_send_signal, r->pidfd, SIGKILL, NULL, 0);
		pthread_join(r->thread, NULL);
	}
	if (r->stop >= 0)
		close(r->stop);
	*r = (struct reaper){.pidfd = -1, .stop = -1};
}
