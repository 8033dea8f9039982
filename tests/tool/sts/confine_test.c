/* What the two processes of aws-mfa-sts can no longer do once they are confined, and what the one
 * that speaks with the network still can. One file although it is long: its table names the short
 * functions that stand before the table. */
#include "../file/test_folder.h"
#include "compat.h"
#include "confine.h"
#include "emulated.h"
#include "status.h"

#include <arpa/inet.h>
#include <linux/sched.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define COULD 10
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

static pid_t other;   /* a process of this user */
static int other_fd;  /* a pidfd of it, from before */
static char byte = 1; /* at the same address in the other process */

static bool opens(const char *name, int flags)
{
	int fd = open(in_folder(name), flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* What a process that was taken over might try. Each returns true if it could. */

static bool reads_keys(void)
{
	return opens("credentials", O_RDONLY);
}
static bool writes(void)
{
	return opens("credentials", O_WRONLY);
}
static bool creates(void)
{
	return opens("new", O_RDWR | O_CREAT | O_EXCL);
}
static bool truncates(void)
{
	return opens("credentials", O_RDONLY | O_TRUNC);
}
static bool makes_a_folder(void)
{
	return mkdir(in_folder("made"), 0700) == 0;
}
static bool removes(void)
{
	return unlink(in_folder("credentials")) == 0;
}
static bool renames(void)
{
	return rename(in_folder("credentials"), in_folder("moved")) == 0;
}
static bool changes_a_mode(void)
{
	return chmod(test_folder, 0700) == 0;
}
static bool forks(void)
{
	return syscall(SYS_clone, SIGCHLD | CLONE_FS, 0, 0, 0, 0) >= 0;
}
static bool clones_by_memory(void)
{
	struct clone_args args = {.exit_signal = SIGCHLD};

	return syscall(SYS_clone3, &args, sizeof(args)) >= 0;
}
static bool kills(void)
{
	return kill(other, 0) == 0;
}
static bool kills_a_thread(void)
{
	return syscall(SYS_tkill, other, 0) == 0;
}
static bool kills_a_thread_of_a_group(void)
{
	return syscall(SYS_tgkill, other, other, 0) == 0;
}
static bool kills_by_a_socket(void)
{
	return fcntl(socket(AF_UNIX, SOCK_STREAM, 0), F_SETOWN, other) == 0;
}
static bool opens_a_process(void)
{
	return syscall(SYS_pidfd_open, other, 0) >= 0;
}
static bool signals_by_a_pidfd(void)
{
	return syscall(SYS_pidfd_send_signal, other_fd, 0, NULL, 0) == 0;
}
static bool writes_by_openat2(void)
{
	const struct open_how how = {.flags = O_WRONLY | O_CLOEXEC};

	return syscall(SYS_openat2, AT_FDCWD, in_folder("credentials"), &how, sizeof(how)) >= 0;
}
static bool limits_another(void)
{
	struct rlimit lim;

	return prlimit(other, RLIMIT_CORE, NULL, &lim) == 0;
}
static bool limits_itself(void)
{
	const struct rlimit none = {0, 0};

	return setrlimit(RLIMIT_CORE, &none) == 0;
}
static bool traces(void)
{
	return ptrace(PTRACE_SEIZE, other, 0, 0) == 0;
}
static bool reads_memory(void)
{
	char copy;
	struct iovec here = {&copy, 1}, there = {&byte, 1};

	return process_vm_readv(other, &here, 1, &there, 1, 0) == 1;
}
static bool writes_memory(void)
{
	struct iovec here = {&byte, 1}, there = {&byte, 1};

	return process_vm_writev(other, &here, 1, &there, 1, 0) == 1;
}
static bool makes_a_ring(void)
{
	char parameters[256] = {0};

	return syscall(SYS_io_uring_setup, 1, parameters) >= 0;
}
static bool makes_a_file_in_memory(void)
{
	return memfd_create("x", MFD_CLOEXEC) >= 0;
}
static bool unshares(void)
{
	return unshare(CLONE_FS) == 0;
}
static bool listens(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return listen(fd, 1) == 0;
}
static bool opens_another_socket(void)
{
	return socket(AF_ALG, SOCK_SEQPACKET, 0) >= 0;
}
static bool opens_a_socket(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0;
}
static bool opens_a_local_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0;
}
static bool makes_a_pair_of_sockets(void)
{
	int pair[2];

	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0;
}
static bool reads_a_system_file(void)
{
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0;
}
static bool reads_a_folder(void)
{
	return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) >= 0;
}
static bool becomes_dumpable(void)
{
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0;
}
static bool watches_files(void)
{
	return syscall(SYS_inotify_init1, 0) >= 0;
}

/* Exits with COULD if it can. */
static bool runs_a_program(void)
{
	static char sh[] = "sh", option[] = "-c", script[] = "exit " TEXT(COULD);
	char *argv[] = {sh, option, script, NULL};

	execve("/bin/sh", argv, argv + 3);
	return false;
}

/* clang-format off */
#define ATTEMPT(name) {#name, name, false, false, false}
#define RARE(name)    {#name, name, false, true, false}
/* clang-format on */

static const struct attempt {
	const char *name;
	bool (*can)(void);
	bool needs_landlock; /* in the talker; the signer's filter refuses it, too */
	bool rare;           /* not every kernel has it */
	bool only_signer;    /* the talker may do it */
} attempts[] = {
	{"reads_keys", reads_keys, true, false, false},
	{"reads_a_folder", reads_a_folder, true, false, false},
	{"reads_a_system_file", reads_a_system_file, false, false, true},
	{"opens_a_socket", opens_a_socket, false, false, true},
	{"opens_a_local_socket", opens_a_local_socket, false, false, true},
	{"makes_a_pair_of_sockets", makes_a_pair_of_sockets, false, false, true},
	ATTEMPT(writes),
	ATTEMPT(creates),
	ATTEMPT(truncates),
	RARE(writes_by_openat2),
	ATTEMPT(makes_a_folder),
	ATTEMPT(removes),
	ATTEMPT(renames),
	ATTEMPT(changes_a_mode),
	ATTEMPT(forks),
	RARE(clones_by_memory),
	ATTEMPT(kills),
	ATTEMPT(kills_a_thread),
	ATTEMPT(kills_a_thread_of_a_group),
	ATTEMPT(kills_by_a_socket),
	ATTEMPT(opens_a_process),
	ATTEMPT(signals_by_a_pidfd),
	ATTEMPT(limits_another),
	ATTEMPT(limits_itself),
	ATTEMPT(traces),
	ATTEMPT(reads_memory),
	ATTEMPT(writes_memory),
	RARE(makes_a_ring),
	ATTEMPT(makes_a_file_in_memory),
	ATTEMPT(unshares),
	ATTEMPT(listens),
	RARE(opens_another_socket),
	ATTEMPT(becomes_dumpable),
	ATTEMPT(watches_files),
	ATTEMPT(runs_a_program),
};

static bool has_landlock(void)
{
	return syscall(444, NULL, 0, 1) >= 1;
}

enum confined { AS_IT_IS, AS_SIGNER, AS_TALKER };

/* Runs the attempt in a process of its own, which ends with COULD if it can. */
static int try(const struct attempt *a, enum confined confined)
{
	struct error e;
	pid_t pid;
	int status;

	put_text("credentials", "secret");
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (confined != AS_IT_IS &&
			(confine(&e) != STATUS_OK ||
				(confined == AS_SIGNER
						? confine_signer(&e)
						: confine_talker(NULL, false, &e)) != STATUS_OK))
			_exit(1);
		_exit(a->can() ? COULD : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	remove(in_folder("new"));
	remove(in_folder("moved"));
	remove(in_folder("made"));
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void refused(const struct attempt *a, enum confined confined)
{
	int got = try(a, confined);

	if (got != 0)
		fail_msg("%s, as the %s: %d", a->name, confined == AS_SIGNER ? "signer" : "talker",
			got);
}

static int start_other(void **state)
{
	other = fork();
	if (other == 0) {
		pause();
		_exit(0);
	}
	other_fd = other > 0 ? (int)syscall(SYS_pidfd_open, other, 0) : -1;
	return other_fd >= 0 ? make_folder(state) : -1;
}

static int end_other(void **state)
{
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	close(other_fd);
	return remove_folder(state);
}

static void what_it_can_no_longer_do(void **state)
{
	size_t tried = 0;

	(void)state;
#ifdef UNCONFINED
	print_message("this build is not confined, see tests/unconfined.h\n");
	return;
#endif
	skip_if_emulated("filter the calls of what it runs");
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		const struct attempt *a = &attempts[i];

		if (try(a, AS_IT_IS) != COULD) {
			/* Yama lets a user trace only its own children. */
			print_message("%s: not possible here for any process\n", a->name);
			assert_true(a->rare || geteuid() != 0);
			continue;
		}
		refused(a, AS_SIGNER);
		if (a->needs_landlock && !has_landlock())
			print_message("%s: this kernel has no Landlock\n", a->name);
		else if (!a->only_signer)
			refused(a, AS_TALKER);
		tried++;
	}
	assert_true(tried >= 20);
}

static void *set(void *flag)
{
	*(bool *)flag = true;
	return NULL;
}

static bool starts_a_thread(void)
{
	pthread_t thread;
	bool ran = false;

	return pthread_create(&thread, NULL, set, &ran) == 0 && pthread_join(thread, NULL) == 0 &&
		ran;
}

static bool resolves(void)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found;

	return getaddrinfo("localhost", "443", &hints, &found) == 0;
}

static bool connects(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(1)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 || errno == ECONNREFUSED;
}

/* glibc reads "nameserver fe80::1%eth0" so. */
static bool finds_an_interface(void)
{
	return if_nametoindex("lo") > 0;
}

static bool reads(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd >= 0 && close(fd) == 0;
}

/* A folder of hash links, one of which leads to another folder. */
static void what_it_still_can_do(void **state)
{
	struct error e;
	pid_t pid;
	int status;

	(void)state;
	assert_int_equal(mkdir(in_folder("certs"), 0700), 0);
	assert_int_equal(mkdir(in_folder("others"), 0700), 0);
	put_text("certs/one.pem", "");
	put_text("others/two.pem", "");
	put_text("credentials", "secret");
	assert_int_equal(symlink("one.pem", in_folder("certs/00000000.0")), 0);
	assert_int_equal(symlink(in_folder("others/two.pem"), in_folder("certs/11111111.0")), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int failed = confine(&e) != STATUS_OK ||
			confine_talker(in_folder("certs"), false, &e) != STATUS_OK;

		failed |= !starts_a_thread() << 1;
		failed |= !resolves() << 2;
		failed |= !connects() << 3;
		failed |= !reads("/etc/hosts") << 4;
		failed |= !reads("/proc/self/status") << 5;
		failed |= !reads(in_folder("certs/00000000.0")) << 6;
		failed |= !reads(in_folder("certs/11111111.0")) << 7;
		/* An exit status has eight bits. */
		_exit(failed ? failed : finds_an_interface() ? 0 : 255);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_it_can_no_longer_do, start_other, end_other),
		cmocka_unit_test_setup_teardown(what_it_still_can_do, make_folder, remove_folder)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
