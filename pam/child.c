/*
 * What this file MUST guarantee for the program it executes:
 *  - it runs as the user and cannot become root again,
 *  - it has only the descriptors RECORD_FD, its input and /dev/null, and none of the application,
 *  - a hostile caller of the application controls nothing of it: rlimits, umask, folder, signals,
 *    environment, terminal,
 *  - it dies with the thread that started it.
 *
 * Set-id calls go straight to the kernel. The C library's setresuid() signals all threads of the
 * process. After clone() it still knows the application's threads, which do not exist here.
 */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compat.h"
#include "least_limits.h"
#include "record.h"
#include "words_pam.h"

/* On 32-bit machines the plain names are the old 16-bit calls. */
#ifdef SYS_setresuid32
#define CALL_SETRESUID SYS_setresuid32
#define CALL_SETRESGID SYS_setresgid32
#define CALL_SETGROUPS SYS_setgroups32
#else
#define CALL_SETRESUID SYS_setresuid
#define CALL_SETRESGID SYS_setresgid
#define CALL_SETGROUPS SYS_setgroups
#endif

#define KEEP ((unsigned)-1) /* set-id calls: do not change this id */
#define MIB ((rlim_t)1024 * 1024)
#define DESCRIPTORS_LAST (1U << 20) /* the default of fs.nr_open */

/*
 * Threat: under sudo the caller chooses the limits. With RLIMIT_NOFILE 5 libcurl reports that it
 * cannot connect, and failmode=safe would let the caller in. So raise a limit below `least`, or do
 * not run the helper.
 * Threat: the user gains more than the administrator allows. So raise no limit above `least`.
 */
static const struct limit {
	const char *name;
	__rlimit_resource_t what; /* glibc's name for what POSIX calls an int */
	rlim_t least, most;
} limits[] = {
	{"RLIMIT_CORE", RLIMIT_CORE, 0, 0}, /* a core would hold the code and the keys */
	{"RLIMIT_CPU", RLIMIT_CPU, 30, 60},
	{"RLIMIT_FSIZE", RLIMIT_FSIZE, LEAST_FILE_BYTES, 64 * MIB},
	{"RLIMIT_NOFILE", RLIMIT_NOFILE, LEAST_DESCRIPTORS, LEAST_DESCRIPTORS},
	/*
         * It counts all processes and threads of the user. If one cannot start, the end is
         * STATUS_SYSTEM.
         */
	{"RLIMIT_NPROC", RLIMIT_NPROC, LEAST_PROCESSES, RLIM_INFINITY},
	{"RLIMIT_STACK", RLIMIT_STACK, LEAST_STACK_BYTES, 8 * MIB},
	/* The size of the user's files decides how much is read. */
	{"RLIMIT_DATA", RLIMIT_DATA, LEAST_MEMORY_BYTES, 1024 * MIB},
	{"RLIMIT_AS", RLIMIT_AS, LEAST_MEMORY_BYTES, 2048 * MIB},
};

static char *append(char *to, const char *text)
{
	while (*text)
		*to++ = *text++;
	return to;
}

static char *append_number(char *to, uintmax_t n)
{
	char digits[24];
	char *d = digits + sizeof(digits);

	*--d = '\0';
	do
		*--d = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	return append(to, d);
}

static char *begin(char *line)
{
	return append(line, WORD_RESULT " 4 cannot start aws-mfa: ");
}

static _Noreturn void finish(int sock, const char *line, char *end)
{
	*end++ = '\n';
	(void)!send(sock, line, (size_t)(end - line), MSG_NOSIGNAL | MSG_DONTWAIT);
	_exit(1);
}

/* step is a literal of this file, so the line fits its buffer. */
static _Noreturn void fail(int sock, const char *step, int error)
{
	char line[256];
	char *end = append(append(begin(line), step), ": errno ");
	struct rlimit r;

	end = append_number(end, (uintmax_t)error);
	/* execve(), and setresuid() on old kernels, fail so if the user has too many processes. */
	if (error == EAGAIN && getrlimit(RLIMIT_NPROC, &r) == 0) {
		end = append_number(append(end, ", RLIMIT_NPROC "), r.rlim_cur);
		end = append(end, " is used up by all processes of the user together");
	}
	finish(sock, line, end);
}

static _Noreturn void fail_limit(int sock, const struct limit *l, rlim_t value)
{
	char line[256];
	char *end = append_number(append(append(begin(line), l->name), " "), value);

	end = append(append_number(append(end, ", "), l->least), " needed");
	finish(sock, line, end);
}

static void set_limits(int sock)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		const struct limit *l = &limits[i];
		struct rlimit r;
		rlim_t value;

		if (getrlimit(l->what, &r) != 0)
			fail(sock, "getrlimit", errno);
		value = r.rlim_max;
		if (r.rlim_max < l->least)
			r.rlim_max = l->least;
		else if (r.rlim_max > l->most)
			r.rlim_max = l->most;
		r.rlim_cur = r.rlim_max;
		if (setrlimit(l->what, &r) != 0)
			fail_limit(sock, l, value);
	}
}

/*
 * Threat: the user's process inherits a descriptor of the application: a log, a shadow file,
 * another session's socket. Move our socket first: if the application runs with 0-2 closed, the
 * socket may be one of them. Then close everything before opening anything, because the application
 * may hold more descriptors than the new limit allows.
 */
static void set_descriptors(int sock, int input)
{
	const int first = input < 0 ? 0 : 1; /* that is /dev/null */

	if (sock == RECORD_FD ? fcntl(sock, F_SETFD, 0) != 0 : dup2(sock, RECORD_FD) < 0)
		fail(sock, "dup2", errno);
	if (input >= 0 && dup2(input, 0) < 0)
		fail(RECORD_FD, "dup2", errno);
	if (syscall(SYS_close_range, RECORD_FD + 1, ~0U, 0) != 0)
		for (unsigned fd = RECORD_FD + 1; fd < DESCRIPTORS_LAST; fd++)
			close((int)fd);
	for (int fd = first; fd < RECORD_FD; fd++)
		close(fd);
	/* open() and dup() take the lowest free number. */
	if (open("/dev/null", O_RDWR) != first)
		fail(RECORD_FD, "open /dev/null", errno);
	for (int fd = first + 1; fd < RECORD_FD; fd++)
		if (dup(first) != fd)
			fail(RECORD_FD, "dup", errno);
}

static void become_user(const struct child_plan *plan)
{
	if (syscall(CALL_SETGROUPS, plan->n_groups, plan->groups) != 0)
		fail(RECORD_FD, "setgroups", errno);
	if (syscall(CALL_SETRESGID, plan->gid, plan->gid, plan->gid) != 0)
		fail(RECORD_FD, "setresgid", errno);
	if (syscall(CALL_SETRESUID, plan->uid, plan->uid, plan->uid) != 0)
		fail(RECORD_FD, "setresuid", errno);
	if (plan->uid == 0)
		return;
	/*
	 * Threat: with kept capabilities or unusual securebits the calls above succeed, and root
	 * can still be regained.
	 */
	if (syscall(CALL_SETRESUID, KEEP, 0, KEEP) == 0 ||
		syscall(CALL_SETRESUID, 0, KEEP, KEEP) == 0 || getuid() != plan->uid ||
		geteuid() != plan->uid)
		fail(RECORD_FD, "the process could become root again", 0);
	if (getgid() != plan->gid || getegid() != plan->gid ||
		(plan->gid != 0 && syscall(CALL_SETRESGID, KEEP, 0, KEEP) == 0))
		fail(RECORD_FD, "the process could join root's group again", 0);
}

void child_run(const struct child_plan *plan)
{
	struct sigaction by_default = {.sa_handler = SIG_DFL};
	sigset_t none;

	/* An ignored signal stays ignored over exec. The C library refuses its two own signals. */
	for (int sig = 1; sig < NSIG; sig++)
		sigaction(sig, &by_default, NULL);
	set_limits(plan->sock);
	set_descriptors(plan->sock, plan->input);
	umask(077); /* the helper creates a file of secrets */
	if (chdir("/") != 0)
		fail(RECORD_FD, "chdir", errno);
	/* Threat: the person at the terminal sends signals to the helper or reads its /dev/tty. */
	if (setsid() < 0)
		fail(RECORD_FD, "setsid", errno);
	if (plan->become)
		become_user(plan);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) != 0)
		fail(RECORD_FD, "PR_SET_NO_NEW_PRIVS", errno);
	/*
	 * Threat: LoginGraceTime kills sshd, and the helper stays behind. Set this after the change
	 * of the uid, which clears it. Then check the parent: it may have died before.
	 */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0UL, 0UL, 0UL) != 0)
		fail(RECORD_FD, "PR_SET_PDEATHSIG", errno);
	if (getppid() != plan->parent)
		_exit(1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(plan->path, plan->argv, plan->envp);
	fail(RECORD_FD, "execve", errno);
}
