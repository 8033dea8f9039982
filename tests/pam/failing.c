/*
 * A PAM application in which one call of the module fails. It logs in again and again. For each
 * function below, the first call fails in one login, the second call in the next login, and so on
 * until no call is left.
 *
 * 	failing CONFDIR HELPER-LOG MODE [ANSWER]
 *
 * MODE says how the call fails:
 * 	error  with an error
 * 	null   pam_get_item and pam_get_user succeed with NULL
 * 	child  with an error, in the child between clone and exec
 *
 * Prints for each login: its number, the function that failed ("-": none), PAM's answers to auth
 * and open_session, whether the helper was executed, whether it got a code, and the number of
 * descriptors that were left.
 *
 * The functions below replace those of libpam and libc (-rdynamic), but only for the module.
 * They are one file although it is long: due() needs the address of their caller, and a file
 * without a main() would give them to every test program.
 */
#undef _FORTIFY_SOURCE /* its inline functions would be in the way */
#include "compat.h"
#include "entries.h"
#include "log_lines.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define CALLS_MAX 100

struct shared {
	char name[32];
};
static struct shared *failed;

/* The number of calls to poll and recv depends on timing. So each function has its own count. */
static const char *const functions[] = {"pam_get_user", "pam_get_item", "pam_syslog",
	"pam_fail_delay", "pam_putenv", "pam_set_data", "pam_get_data", "strdup", "malloc",
	"reallocarray", "getpwnam_r", "getgrouplist", "socketpair", "pthread_sigmask",
	"pthread_create", "eventfd", "syscall", "recv", "sendmsg", "poll", "pidfd_send_signal",
	"waitid", "setrlimit", "dup2", "close_range", "dup", "chdir", "setsid", "prctl", "execve",
	"open", "openat", "fstat", "fcntl", "pipe2", "socket", "connect", "getrandom"};

static const char *target;
static bool armed, null_mode, child_mode;
static pid_t application;
static int countdown;

/* True if this call, from the address ra, must fail. */
static bool due(const char *name, const void *ra)
{
	Dl_info info;

	if (!armed || gettid() != getpid() || strcmp(name, target) != 0 ||
		(getpid() != application) != child_mode || dladdr(ra, &info) == 0 ||
		!strstr(info.dli_fname, "pam_aws_mfa.so") || --countdown != 0)
		return false;
	snprintf(failed->name, sizeof(failed->name), "%s", name);
	return true;
}

#define DUE() due(__func__, __builtin_return_address(0))
#define REAL(name) ((__typeof__(&(name)))(uintptr_t)dlsym(RTLD_NEXT, #name))
#define FAIL(error)                                                                                \
	do {                                                                                       \
		errno = (error);                                                                   \
		return -1;                                                                         \
	} while (0)

/* --- libpam -------------------------------------------------------------------------------- */

int pam_get_item(const pam_handle_t *pamh, int type, const void **item)
{
	if (DUE()) {
		if (null_mode)
			*item = NULL;
		return null_mode ? PAM_SUCCESS : PAM_SYSTEM_ERR;
	}
	return REAL(pam_get_item)(pamh, type, item);
}

int pam_get_user(pam_handle_t *pamh, const char **user, const char *prompt)
{
	if (DUE()) {
		if (null_mode)
			*user = NULL;
		return null_mode ? PAM_SUCCESS : PAM_SYSTEM_ERR;
	}
	return REAL(pam_get_user)(pamh, user, prompt);
}

int pam_fail_delay(pam_handle_t *pamh, unsigned microseconds)
{
	return DUE() ? PAM_SYSTEM_ERR : REAL(pam_fail_delay)(pamh, microseconds);
}

int pam_putenv(pam_handle_t *pamh, const char *text)
{
	return DUE() ? PAM_BUF_ERR : REAL(pam_putenv)(pamh, text);
}

int pam_set_data(pam_handle_t *pamh, const char *name, void *data,
	void (*cleanup)(pam_handle_t *pamh, void *data, int status))
{
	return DUE() ? PAM_BUF_ERR : REAL(pam_set_data)(pamh, name, data, cleanup);
}

int pam_get_data(const pam_handle_t *pamh, const char *name, const void **data)
{
	if (DUE()) {
		if (null_mode)
			*data = NULL;
		return null_mode ? PAM_SUCCESS : PAM_NO_MODULE_DATA;
	}
	return REAL(pam_get_data)(pamh, name, data);
}

void pam_syslog(const pam_handle_t *pamh, int priority, const char *format, ...)
{
	va_list ap;

	if (DUE())
		return;
	va_start(ap, format);
	pam_vsyslog(pamh, priority, format, ap);
	va_end(ap);
}

/* --- libc ---------------------------------------------------------------------------------- */

void *__libc_malloc(size_t size);

void *malloc(size_t size)
{
	return DUE() ? NULL : __libc_malloc(size);
}

char *strdup(const char *s)
{
	return DUE() ? NULL : REAL(strdup)(s);
}

void *reallocarray(void *p, size_t n, size_t size)
{
	return DUE() ? NULL : realloc(p, n * size);
}

int getpwnam_r(
	const char *name, struct passwd *entry, char *buf, size_t size, struct passwd **found)
{
	if (DUE()) {
		*found = NULL;
		return EIO;
	}
	return REAL(getpwnam_r)(name, entry, buf, size, found);
}

int getgrouplist(const char *user, gid_t gid, gid_t *groups, int *n)
{
	return DUE() ? -1 : REAL(getgrouplist)(user, gid, groups, n);
}

int socketpair(int domain, int type, int protocol, int pair[2])
{
	if (DUE())
		FAIL(EMFILE);
	return REAL(socketpair)(domain, type, protocol, pair);
}

int open(const char *path, int flags, ...)
{
	if (DUE())
		FAIL(EIO);
	return openat(AT_FDCWD, path, flags, 0); /* the module makes no file with it */
}

int openat(int folder, const char *path, int flags, ...)
{
	unsigned mode;
	va_list ap;

	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, unsigned) : 0;
	va_end(ap);
	if (DUE())
		FAIL(EIO);
	return REAL(openat)(folder, path, flags, mode);
}

#if __GLIBC_PREREQ(2, 33)
int fstat(int fd, struct stat *st)
{
	if (DUE())
		FAIL(EIO);
	return fstatat(fd, "", st, AT_EMPTY_PATH);
}
#else
int __fxstat(int version, int fd, struct stat *st)
{
	if (due("fstat", __builtin_return_address(0)))
		FAIL(EIO);
	return REAL(__fxstat)(version, fd, st);
}
#endif

int fcntl(int fd, int what, ...)
{
	void *arg;
	va_list ap;

	va_start(ap, what);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (DUE())
		FAIL(EIO);
	return REAL(fcntl)(fd, what, arg);
}

int pipe2(int ends[2], int flags)
{
	if (DUE())
		FAIL(EMFILE);
	return REAL(pipe2)(ends, flags);
}

int socket(int domain, int type, int protocol)
{
	if (DUE())
		FAIL(EMFILE);
	return REAL(socket)(domain, type, protocol);
}

int connect(int fd, const struct sockaddr *to, socklen_t size)
{
	if (DUE())
		FAIL(EIO);
	return REAL(connect)(fd, to, size);
}

ssize_t getrandom(void *to, size_t size, unsigned flags)
{
	if (DUE())
		FAIL(EAGAIN);
	return REAL(getrandom)(to, size, flags);
}

long syscall(long number, ...)
{
	long a[6];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (due(number == SYS_pidfd_send_signal         ? "pidfd_send_signal"
			    : number == SYS_close_range ? "close_range"
							: __func__,
		    __builtin_return_address(0)))
		FAIL(number == SYS_close_range ? ENOSYS : EAGAIN);
	return REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

ssize_t recv(int fd, void *buf, size_t size, int flags)
{
	if (DUE())
		FAIL(EIO);
	return REAL(recv)(fd, buf, size, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	if (DUE())
		FAIL(EIO);
	return REAL(sendmsg)(fd, msg, flags);
}

int poll(struct pollfd *fds, nfds_t n, int ms)
{
	if (DUE())
		FAIL(ENOMEM);
	return REAL(poll)(fds, n, ms);
}

int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
	if (DUE())
		FAIL(ECHILD);
	return REAL(waitid)(type, id, info, options);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *), void *arg)
{
	return DUE() ? EAGAIN : REAL(pthread_create)(thread, attr, start, arg);
}

int eventfd(unsigned count, int flags)
{
	if (DUE())
		FAIL(EMFILE);
	return REAL(eventfd)(count, flags);
}

int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	return DUE() ? EINVAL : REAL(pthread_sigmask)(how, set, old);
}

int setrlimit(__rlimit_resource_t what, const struct rlimit *limit)
{
	if (DUE())
		FAIL(EPERM);
	return REAL(setrlimit)(what, limit);
}

int dup2(int from, int to)
{
	if (DUE())
		FAIL(EMFILE);
	return REAL(dup2)(from, to);
}

int dup(int fd)
{
	if (DUE())
		FAIL(EMFILE);
	return REAL(dup)(fd);
}

int chdir(const char *path)
{
	if (DUE())
		FAIL(EACCES);
	return REAL(chdir)(path);
}

pid_t setsid(void)
{
	if (DUE())
		FAIL(EPERM);
	return REAL(setsid)();
}

int prctl(int what, ...)
{
	unsigned long a[4];
	va_list ap;

	va_start(ap, what);
	for (int i = 0; i < 4; i++)
		a[i] = va_arg(ap, unsigned long);
	va_end(ap);
	if (DUE())
		FAIL(EPERM);
	return REAL(prctl)(what, a[0], a[1], a[2], a[3]);
}

int execve(const char *path, char *const *argv, char *const *envp)
{
	if (DUE())
		FAIL(EACCES);
	return REAL(execve)(path, argv, envp);
}

/* --- the logins ---------------------------------------------------------------------------- */

static void no_delay(int rc, unsigned microseconds, void *data)
{
	(void)rc, (void)microseconds, (void)data;
}

static int converse(
	int n, const struct pam_message **messages, struct pam_response **response, void *data)
{
	(void)n;
	if (messages[0]->msg_style == PAM_PROMPT_ECHO_OFF && !data)
		return PAM_CONV_ERR;
	*response = calloc(1, sizeof(**response));
	if (*response && messages[0]->msg_style == PAM_PROMPT_ECHO_OFF)
		(*response)->resp = strdup(data);
	return PAM_SUCCESS;
}

static void log_in(const char *confdir, const char *helper_log, char *answer, int nth)
{
	struct pam_conv conv = {.conv = converse, .appdata_ptr = answer};
	pam_handle_t *pamh = NULL;
	char seen[4096] = "";
	int before, auth, account, open;
	FILE *log;

	if (pam_start_confdir("test", "alice", &conv, confdir, &pamh) != PAM_SUCCESS)
		exit(2);
	pam_set_item(pamh, PAM_FAIL_DELAY, (const void *)no_delay);
	before = count_entries("/proc/self/fd");
	application = getpid();
	countdown = nth;
	armed = true;
	auth = pam_authenticate(pamh, 0);
	account = pam_acct_mgmt(pamh, 0);
	open = pam_open_session(pamh, 0);
	armed = false;
	log = fopen(helper_log, "re");
	if (log && fread(seen, 1, sizeof(seen) - 1, log) == 0)
		seen[0] = '\0';
	printf("%d %s %d %d %d %s %s %d\n", nth, failed->name[0] ? failed->name : "-", auth,
		account, open, seen[0] ? "executed" : "-",
		strstr(seen, "heard code ") ? "code" : "-",
		count_entries("/proc/self/fd") - (log != NULL) - before);
	if (log)
		fclose(log);
	pam_end(pamh, auth);
}

static void log_in_apart(const char *confdir, const char *helper_log, char *answer, int nth)
{
	int status = 0;
	pid_t pid;

	unlink(helper_log);
	failed->name[0] = '\0';
	pid = fork();
	if (pid == 0) {
		log_in(confdir, helper_log, answer, nth);
		fflush(stdout);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0 || nth > CALLS_MAX) {
		printf("%s, call %d: the application ended with %d\n", target, nth, status);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	null_mode = strcmp(argv[3], "null") == 0;
	child_mode = strcmp(argv[3], "child") == 0;
	failed = mmap(
		NULL, sizeof(*failed), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (failed == MAP_FAILED)
		return 2;
	log_lines = stdout;
	/* libnss-wrapper keeps its files open after the first look-up: do it before counting. */
	getpwnam("");
	getgrnam("");
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		target = functions[i];
		for (int nth = 1; nth == 1 || failed->name[0]; nth++)
			log_in_apart(argv[1], argv[2], argc > 4 ? argv[4] : NULL, nth);
	}
	return 0;
}
