#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "child.h"
#include "compat.h"
#include "monotonic.h"
#include "paths.h"
#include "record.h"

#define KILL_WAIT_MS 2000

/* execve() takes char * for historical reasons only; nothing writes to the strings. */
static char *arg(const char *s)
{
	return (char *)(uintptr_t)s;
}

/* Nothing from the application: a variable could name other files or other keys. */
struct environment {
	char home[sizeof("HOME=") + PATH_MAX];
	char user[sizeof("USER=") + USER_NAME_MAX];
	char logname[sizeof("LOGNAME=") + USER_NAME_MAX];
	char *vars[6];
};

static void environment_fill(struct environment *env, const struct user *user)
{
	snprintf(env->home, sizeof(env->home), "HOME=%s", user->home);
	snprintf(env->user, sizeof(env->user), "USER=%s", user->name);
	snprintf(env->logname, sizeof(env->logname), "LOGNAME=%s", user->name);
	env->vars[0] = env->home;
	env->vars[1] = env->user;
	env->vars[2] = env->logname;
	env->vars[3] = arg("PATH=/usr/local/bin:/usr/bin:/bin");
	env->vars[4] = arg("LC_ALL=C.UTF-8");
	env->vars[5] = NULL;
}

/*
 * Threat: an application that is neither root nor the user cannot run anything as the user. A
 * set-gid application would pass its group on to a process that the user controls.
 */
static bool is_user_already(const struct user *user)
{
	uid_t r, e, s;
	gid_t gr, ge, gs;

	return getresuid(&r, &e, &s) == 0 && r == user->uid && e == user->uid &&
		getresgid(&gr, &ge, &gs) == 0 && gr == ge && ge == gs;
}

/*
 * fork() that returns a pidfd of the child. The pidfd names this child even if the application
 * ignores SIGCHLD or reaps all children. Do not use clone3(): seccomp cannot read its arguments, so
 * systemd's RestrictNamespaces= forbids it.
 */
static pid_t clone_with_pidfd(int *pidfd)
{
	unsigned long flags = CLONE_PIDFD | SIGCHLD;

#ifdef __s390__
	return (pid_t)syscall(SYS_clone, 0UL, flags, pidfd, 0UL, 0UL);
#else
	return (pid_t)syscall(SYS_clone, flags, 0UL, pidfd, 0UL, 0UL);
#endif
}

static pid_t run(struct helper *h, const struct child_plan *plan)
{
	sigset_t all, before;
	pid_t pid;
	int error;

	/* Threat: a signal handler of the application runs in a child that is becoming the user. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pid = clone_with_pidfd(&h->pidfd);
	if (pid == 0)
		child_run(plan);
	error = errno;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return pid;
}

/* EAGAIN has two reasons: name the right one. */
static void say_clone_failed(char *error, size_t size)
{
	struct rlimit r;

	if (errno == EAGAIN && getrlimit(RLIMIT_NPROC, &r) == 0 && r.rlim_cur != RLIM_INFINITY)
		snprintf(error, size,
			"cannot start aws-mfa: clone: RLIMIT_NPROC %ju is used up by all processes "
			"of this user together, or the cgroup's pids.max is",
			(uintmax_t)r.rlim_cur);
	else if (errno == EAGAIN)
		snprintf(error, size,
			"cannot start aws-mfa: clone: the cgroup's pids.max is used up");
	else
		snprintf(error, size, "cannot start aws-mfa: clone: %m");
}

bool helper_start(struct helper *h, const struct user *user, const struct helper_call *call,
	char *error, size_t size)
{
	char timeout[12];
	const char *argv[9];
	size_t n = 0;

	snprintf(timeout, sizeof(timeout), "%u", call->timeout);
	argv[n++] = "aws-mfa";
	argv[n++] = "pam";
	if (call->profile) {
		argv[n++] = "--profile";
		argv[n++] = call->profile;
	}
	argv[n++] = "--timeout";
	argv[n++] = timeout;
	if (call->always)
		argv[n++] = "--always";
	if (call->notify)
		argv[n++] = "--notify";
	argv[n] = NULL;
	return helper_run(h, user, argv, -1, error, size);
}

bool helper_run(struct helper *h, const struct user *user, const char *const *argv, int input,
	char *error, size_t size)
{
	bool root = geteuid() == 0;
	int pair[2] = {-1, -1}, moved = -1;
	struct environment env;
	bool started = false;

	*h = (struct helper){.fd = -1, .pidfd = -1};
	if (!root && !is_user_already(user)) {
		snprintf(error, size, "neither root nor the user: cannot run aws-mfa");
		return false;
	}
	environment_fill(&env, user);
	/* Not 0 to RECORD_FD, where the child puts its own. */
	if (input >= 0 && (moved = fcntl(input, F_DUPFD_CLOEXEC, RECORD_FD + 1)) < 0) {
		snprintf(error, size, "fcntl: %m");
		goto out;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		snprintf(error, size, "socketpair: %m");
		goto out;
	}
	if (run(h,
		    &(struct child_plan){
			    .sock = pair[1],
			    .input = moved,
			    .parent = getpid(),
			    .become = root,
			    .uid = user->uid,
			    .gid = user->gid,
			    .groups = user->groups,
			    .n_groups = (size_t)user->n_groups,
			    .path = AWS_MFA_PATH,
			    .argv = (char *const *)(uintptr_t)argv,
			    .envp = env.vars,
		    }) < 0) {
		say_clone_failed(error, size);
		goto out;
	}
	h->fd = pair[0];
	pair[0] = -1;
	started = true;
out:
	for (int i = 0; i < 2; i++)
		if (pair[i] >= 0)
			close(pair[i]);
	if (moved >= 0)
		close(moved);
	return started;
}

void helper_end(struct helper *h)
{
	struct pollfd gone = {.fd = h->pidfd, .events = POLLIN};
	int64_t deadline_ms = monotonic_ms() + KILL_WAIT_MS;
	int64_t left_ms = KILL_WAIT_MS;
	siginfo_t info;

	syscall(SYS_pidfd_send_signal, h->pidfd, SIGKILL, NULL, 0);
	close(h->fd);
	/* Limited: a dead file server can keep a killed process from ending. */
	while (left_ms > 0 && poll(&gone, 1, (int)left_ms) < 0 && errno == EINTR)
		left_ms = deadline_ms - monotonic_ms();
	/* ECHILD: the application or the kernel has reaped the child, which is as good. */
	waitid(P_PIDFD, (id_t)h->pidfd, &info, WEXITED | WNOHANG);
	close(h->pidfd);
	*h = (struct helper){.fd = -1, .pidfd = -1};
}
