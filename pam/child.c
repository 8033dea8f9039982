/*
 * What this file MUST guarantee for the program it executes:
 *  - it runs as the user and cannot become root again,
 *  - it holds no descriptor of the application's, only RECORD_FD and /dev/null,
 *  - nothing a hostile caller of the application could choose (rlimits, umask, folder, signals,
 *    environment, terminal) reaches it,
 *  - it dies with the thread that asked for it.
 *
 * Set-id calls go straight to the kernel. The C library's setresuid() signals the other threads
 * of its process, and here it still believes in those of the application.
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
#include <sys/syscall.h>
#include <unistd.h>

#include "record.h"
#include "words_pam.h"

/* On 32-bit machines the plain names are the 16-bit calls of old. */
#ifdef SYS_setresuid32
#define CALL_SETRESUID SYS_setresuid32
#define CALL_SETRESGID SYS_setresgid32
#define CALL_SETGROUPS SYS_setgroups32
#else
#define CALL_SETRESUID SYS_setresuid
#define CALL_SETRESGID SYS_setresgid
#define CALL_SETGROUPS SYS_setgroups
#endif

#define KEEP ((unsigned)-1) /* set-id calls: leave this one */
#define MIB ((rlim_t)1024 * 1024)
#define DESCRIPTORS_LAST (1U << 20) /* the default of fs.nr_open */

/*
 * Threat: under sudo the caller has chosen the limits. With RLIMIT_NOFILE 5 libcurl says that it
 * cannot connect, which failmode=safe would let pass. So what is below `least` is raised, or the
 * helper is not run at all.
 * Threat: the helper is the user's, who must not gain what an administrator has denied him. So
 * nothing is raised beyond `least`.
 */
static const struct limit {
	const char *name;
	__rlimit_resource_t what; /* glibc's name for what POSIX calls an int */
	rlim_t least, most;
} limits[] = {
	{"RLIMIT_CORE", RLIMIT_CORE, 0, 0}, /* a core would hold the code and the keys */
	{"RLIMIT_CPU", RLIMIT_CPU, 30, 60},
	{"RLIMIT_FSIZE", RLIMIT_FSIZE, MIB, 64 * MIB},
	{"RLIMIT_NOFILE", RLIMIT_NOFILE, 64, 64},
	/*
         * It counts all of the user's processes and threads. Ours are aws-mfa, aws-mfa-sts and the
         * thread in which libcurl resolves a name. Whichever cannot start ends as STATUS_SYSTEM.
         */
	{"RLIMIT_NPROC", RLIMIT_NPROC, 3, RLIM_INFINITY},
	{"RLIMIT_STACK", RLIMIT_STACK, MIB, 8 * MIB},
	/* A file of the user's decides how much is read. */
	{"RLIMIT_DATA", RLIMIT_DATA, 256 * MIB, 1024 * MIB},
	{"RLIMIT_AS", RLIMIT_AS, 256 * MIB, 2048 * MIB},
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

/* step is one of this file's literals, so the line cannot grow beyond its buffer. */
static _Noreturn void fail(int sock, const char *step, int error)
{
	char line[256];
	char *end = append(append(begin(line), step), ": errno ");
	struct rlimit r;

	end = append_number(end, (uintmax_t)error);
	/* What execve() says of one process too many, and on old kernels setresuid(). */
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
 * Threat: a descriptor of the application's - a log, a shadow file, another session's socket -
 * in a process of the user's. The socket moves first: when the application runs with 0-2 closed,
 * it may be one of them. Then all is closed before anything is opened, since the application may
 * hold more descriptors than the new limit allows.
 */
static void set_descriptors(int sock)
{
	if (sock == RECORD_FD ? fcntl(sock, F_SETFD, 0) != 0 : dup2(sock, RECORD_FD) < 0)
		fail(sock, "dup2", errno);
	if (close_range(RECORD_FD + 1, ~0U, 0) != 0)
		for (unsigned fd = RECORD_FD + 1; fd < DESCRIPTORS_LAST; fd++)
			close((int)fd);
	for (int fd = 0; fd < RECORD_FD; fd++)
		close(fd);
	/* The lowest that is free is taken: 0, then 1 and 2. */
	if (open("/dev/null", O_RDWR) != 0)
		fail(RECORD_FD, "open /dev/null", errno);
	if (dup(0) != 1 || dup(0) != 2)
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
	 * Threat: an application with kept capabilities or odd securebits, where the calls above
	 * succeed and yet change nothing for good.
	 */
	if (syscall(CALL_SETRESUID, KEEP, 0, KEEP) == 0 ||
		syscall(CALL_SETRESUID, 0, KEEP, KEEP) == 0 || getuid() != plan->uid ||
		geteuid() != plan->uid)
		fail(RECORD_FD, "root could be had again", 0);
	if (getgid() != plan->gid || getegid() != plan->gid ||
		(plan->gid != 0 && syscall(CALL_SETRESGID, KEEP, 0, KEEP) == 0))
		fail(RECORD_FD, "root's group could be had again", 0);
}

void child_run(const struct child_plan *plan)
{
	struct sigaction by_default = {.sa_handler = SIG_DFL};
	sigset_t none;

	/* What is ignored stays ignored over exec. Two signals are the C library's: refused. */
	for (int sig = 1; sig < NSIG; sig++)
		sigaction(sig, &by_default, NULL);
	set_limits(plan->sock);
	set_descriptors(plan->sock);
	umask(077); /* the helper creates a file of secrets */
	if (chdir("/") != 0)
		fail(RECORD_FD, "chdir", errno);
	/* Threat: the terminal's signals and /dev/tty, which belong to whoever sits there. */
	if (setsid() < 0)
		fail(RECORD_FD, "setsid", errno);
	if (plan->become)
		become_user(plan);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) != 0)
		fail(RECORD_FD, "PR_SET_NO_NEW_PRIVS", errno);
	/*
	 * Threat: sshd killed by LoginGraceTime leaves the helper behind. The kernel forgets this
	 * wish at a change of the uid, hence only here; and the parent may be gone already.
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
