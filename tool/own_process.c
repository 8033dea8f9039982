#include "own_process.h"

#include "compat.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* If SIGCHLD is ignored, the kernel reaps aws-mfa-sts and waitpid() fails. */
static const struct {
	int number;
	void (*handler)(int);
} changed_signals[] = {{SIGCHLD, SIG_DFL}, {SIGPIPE, SIG_IGN}, {SIGXFSZ, SIG_IGN}};
#define N_SIGNALS (sizeof(changed_signals) / sizeof(changed_signals[0]))

static struct {
	struct rlimit core;
	mode_t mask;
	struct sigaction action[N_SIGNALS];
	bool no_stdout;
	int *passed;
	size_t n_passed;
} before;

static bool are_all_open(void)
{
	struct pollfd fds[] = {{.fd = 0}, {.fd = 1}, {.fd = 2}};
	int n = poll(fds, 3, 0);

	before.no_stdout = fds[1].revents & POLLNVAL;
	return n >= 0 && !((fds[0].revents | fds[1].revents | fds[2].revents) & POLLNVAL);
}

bool own_process_open_standard(void)
{
	int fd;

	if (are_all_open())
		return true;
	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
	return fd >= 0;
}

bool own_process_stdout_was_closed(void)
{
	return before.no_stdout;
}

void own_process_confine(void)
{
	struct rlimit no_core;

	prctl(PR_SET_DUMPABLE, 0);
	getrlimit(RLIMIT_CORE, &before.core);
	/* Only the soft limit counts. A user could not raise the hard one again. */
	no_core = (struct rlimit){.rlim_cur = 0, .rlim_max = before.core.rlim_max};
	setrlimit(RLIMIT_CORE, &no_core);
	before.mask = umask(S_IRWXG | S_IRWXO);
	for (size_t i = 0; i < N_SIGNALS; i++) {
		const struct sigaction action = {.sa_handler = changed_signals[i].handler};

		sigaction(changed_signals[i].number, &action, &before.action[i]);
	}
}

/* Is this number in /proc/self/fd a descriptor that execve() keeps? */
static bool is_passed(const char *name, int listing, int *fd)
{
	char *end;
	long n = strtol(name, &end, 10);
	int flags;

	*fd = (int)n;
	if (end == name || n <= STDERR_FILENO || n == listing)
		return false;
	flags = fcntl(*fd, F_GETFD);
	return flags >= 0 && !(flags & FD_CLOEXEC);
}

bool own_process_note_passed(void)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	int fd;

	if (!dir)
		return false;
	while ((entry = readdir(dir))) {
		int *longer;

		if (!is_passed(entry->d_name, dirfd(dir), &fd))
			continue;
		longer = realloc(before.passed, (before.n_passed + 1) * sizeof(int));
		if (!longer)
			break;
		before.passed = longer;
		before.passed[before.n_passed++] = fd;
	}
	closedir(dir);
	return !entry;
}

/* close_range(2), also on a Linux before 5.11: it lacks the flag, and before 5.9 the call. */
static int close_above(int above, unsigned flags)
{
	struct dirent *entry;
	int rc = 0;
	DIR *dir;

	if (syscall(SYS_close_range, (unsigned)above + 1, ~0U, flags) == 0)
		return 0;
	dir = opendir("/proc/self/fd");
	if (!dir)
		return errno;
	while ((entry = readdir(dir))) {
		int fd = (int)strtol(entry->d_name, NULL, 10);

		if (fd > above && fd != dirfd(dir) &&
			(flags ? fcntl(fd, F_SETFD, FD_CLOEXEC) : close(fd)) != 0)
			rc = errno;
	}
	closedir(dir);
	return rc;
}

int own_process_pass_nothing(int above)
{
	return close_above(above, CLOSE_RANGE_CLOEXEC);
}

int own_process_close_above(int above)
{
	return close_above(above, 0);
}

void own_process_restore(void)
{
	setrlimit(RLIMIT_CORE, &before.core);
	umask(before.mask);
	for (size_t i = 0; i < N_SIGNALS; i++)
		sigaction(changed_signals[i].number, &before.action[i], NULL);
	for (size_t i = 0; i < before.n_passed; i++)
		fcntl(before.passed[i], F_SETFD, 0);
	free(before.passed);
	before.passed = NULL;
	before.n_passed = 0;
}
