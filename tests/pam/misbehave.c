#include "misbehave.h"

#include "words.h"

#include <linux/securebits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void reap_all(int sig)
{
	(void)sig;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
}

/* Soft limits: raising hard limits needs root. */
static void lower_limits(void)
{
	static const struct {
		__rlimit_resource_t what;
		rlim_t soft;
	} low[] = {{RLIMIT_NOFILE, 20}, {RLIMIT_FSIZE, 512}, {RLIMIT_CORE, RLIM_INFINITY}};

	for (size_t i = 0; i < sizeof(low) / sizeof(low[0]); i++) {
		struct rlimit r;

		getrlimit(low[i].what, &r);
		r.rlim_cur = low[i].soft < r.rlim_max ? low[i].soft : r.rlim_max;
		setrlimit(low[i].what, &r);
	}
}

/* The standard input becomes a socket with this user at the other end, who stays. */
static void be_asked_by(uid_t uid)
{
	int pair[2];

	if (seteuid(uid) != 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0 ||
		seteuid(0) != 0 || dup2(pair[0], 0) != 0)
		abort();
}

void misbehave(const char *how, int keep)
{
	struct sigaction action = {.sa_handler = SIG_IGN};
	sigset_t set;

	if (is(how, "sigchld-ignored")) {
		sigaction(SIGCHLD, &action, NULL);
	} else if (is(how, "sigchld-reaped")) {
		action.sa_handler = reap_all;
		sigaction(SIGCHLD, &action, NULL);
	} else if (is(how, "signals")) {
		for (int sig = 1; sig < NSIG; sig++)
			if (sig != SIGCHLD)
				sigaction(sig, &action, NULL);
		sigfillset(&set);
		sigprocmask(SIG_SETMASK, &set, NULL);
	} else if (is(how, "closed-descriptors")) {
		for (int fd = 0; fd <= 2; fd++)
			close(fd);
	} else if (is(how, "open-descriptors")) {
		for (int fd = 20; fd < 99; fd++)
			if (fd != keep)
				dup2(0, fd);
	} else if (is(how, "limits")) {
		lower_limits();
	} else if (is(how, "tight-limits")) {
		/* An administrator's limits: enough for the helper, which must not get more. */
		setrlimit(RLIMIT_FSIZE, &(struct rlimit){8 << 20, 8 << 20});
		setrlimit(RLIMIT_NPROC, &(struct rlimit){1000, 1000});
	} else if (is(how, "no-descriptors")) {
		struct rlimit r = {16, 16};

		setrlimit(RLIMIT_NOFILE, &r);
	} else if (is(how, "no-processes")) {
		struct rlimit r = {0, 0};

		setrlimit(RLIMIT_NPROC, &r);
	} else if (is(how, "group")) {
		if (setresgid(12346, 12345, 12345) != 0 || setresuid(12345, 12345, 12345) != 0)
			abort();
	} else if (is(how, "capabilities")) {
		/* After this, root keeps its capabilities when its uid changes. */
		if (prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0) != 0)
			abort();
	} else if (is(how, "set-uid")) {
		if (setresuid(12345, 0, 0) != 0)
			abort();
	} else if (is(how, "asked-by-alice")) {
		be_asked_by(12345);
	} else if (is(how, "asked-by-a-stranger")) {
		be_asked_by(12346);
	} else if (is(how, "umask")) {
		umask(0);
	} else if (!listing) {
		abort();
	}
}
