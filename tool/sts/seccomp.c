#include "seccomp.h"

#include "compat.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

/* The numbers of system calls differ, so a filter is for one processor. */
#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#endif

#ifdef ARCHITECTURE

#define DATA(member) (unsigned int)offsetof(struct seccomp_data, member)
/* An argument has 64 bits, a load takes 32. These processors store the low half first. */
#define LOW(n) (DATA(args) + 8 * (n))
#define HIGH(n) (LOW(n) + 4)

#define LOAD(at) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (at))
#define IF_EQUAL(value, then, otherwise)                                                           \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)(value), (then), (otherwise))
#define IF_ANY(bits, then, otherwise)                                                              \
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (unsigned int)(bits), (then), (otherwise))
#define IF_AT_LEAST(value, then, otherwise)                                                        \
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (unsigned int)(value), (then), (otherwise))
#define IF_MORE(value, then, otherwise)                                                            \
	BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, (unsigned int)(value), (then), (otherwise))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define REFUSE(error) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))

/* O_TMPFILE is without effect in a file that is opened for reading. */
#define WRITING (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)

/* clang-format off */
/* Threat: a call of another ABI has another number. */
#define ONLY_THIS_ABI \
	LOAD(DATA(arch)), \
	IF_EQUAL(ARCHITECTURE, 1, 0), \
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL), \
	LOAD(DATA(nr))

/* Like a kernel without the call: libc then does without, too. */
#define NOTHING_ELSE REFUSE(ENOSYS)

/* What both need, with any arguments: open sockets, waiting, time, memory, and their own end. */
#define OF_BOTH \
	SYS_recvfrom, SYS_recvmsg, SYS_sendto, SYS_sendmsg, SYS_shutdown, \
	SYS_read, SYS_write, SYS_writev, SYS_close, SYS_fstat, \
	SYS_ppoll, SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep, SYS_nanosleep, \
	SYS_gettimeofday, SYS_restart_syscall, \
	SYS_brk, SYS_mmap, SYS_munmap, SYS_mremap, SYS_mprotect, SYS_madvise, SYS_mlock, \
	SYS_munlock, SYS_getrandom, SYS_futex, SYS_membarrier, SYS_rseq, SYS_sched_yield, \
	SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack, \
	SYS_getpid, SYS_gettid, SYS_getppid, SYS_getuid, SYS_geteuid, SYS_getgid, \
	SYS_getegid, SYS_exit, SYS_exit_group

static const struct sock_filter before_both[] = {ONLY_THIS_ABI};

/* The signer also waits for the end of the talker. */
static const unsigned short calls_of_signer[] = {
	OF_BOTH,
	SYS_wait4, SYS_waitid,
#ifdef __x86_64__
	SYS_poll,
#endif
};

/* The calls that depend on arguments. */
static const struct sock_filter before_talker[] = {
	ONLY_THIS_ABI,

	/* The network. A socket of another kind than these is refused, and so is listening. */
	IF_EQUAL(SYS_socket, 0, 7),
		LOAD(LOW(0)),
		IF_EQUAL(AF_INET, 4, 0),
		IF_EQUAL(AF_INET6, 3, 0),
		IF_EQUAL(AF_UNIX, 2, 0),      /* names are asked of nscd, nss-resolve and SSSD so */
		IF_EQUAL(AF_NETLINK, 1, 0),   /* getaddrinfo() asks which addresses this host has */
		REFUSE(EAFNOSUPPORT),
		ALLOW,

	/* Files: read only. */
	IF_EQUAL(SYS_openat, 0, 4),
		LOAD(LOW(2)),
		IF_ANY(WRITING, 0, 1),
		REFUSE(EPERM),
		ALLOW,
	/* Threat: F_SETOWN and F_SETSIG send any signal to other processes. */
	IF_EQUAL(SYS_fcntl, 0, 5),
		LOAD(LOW(1)),
		IF_MORE(F_SETFL, 0, 2), /* 0 to F_SETFL: descriptors and O_NONBLOCK */
		IF_EQUAL(F_DUPFD_CLOEXEC, 1, 0),
		REFUSE(EINVAL),
		ALLOW,
	IF_EQUAL(SYS_ioctl, 0, 6),
		LOAD(LOW(1)),
		IF_EQUAL(FIONREAD, 3, 0),
		IF_EQUAL(FIONBIO, 2, 0),
		IF_EQUAL(SIOCGIFINDEX, 1, 0), /* "nameserver fe80::1%eth0" in resolv.conf */
		REFUSE(ENOTTY),
		ALLOW,

	/* Threads: the resolver has one. Without clone3(), which keeps its flags in memory, libc
	 * uses clone(). */
	IF_EQUAL(SYS_clone, 0, 4),
		LOAD(LOW(0)),
		IF_ANY(CLONE_THREAD, 1, 0),
		REFUSE(EPERM),
		ALLOW,

	/* Limits of this process can be read, not set. */
	IF_EQUAL(SYS_prlimit64, 0, 8),
		LOAD(LOW(0)),
		IF_EQUAL(0, 0, 4),
		LOAD(LOW(2)),
		IF_EQUAL(0, 0, 2),
		LOAD(HIGH(2)),
		IF_EQUAL(0, 1, 0),
		REFUSE(EPERM),
		ALLOW,
};

static const unsigned short calls_of_talker[] = {
	OF_BOTH,
	/* the network */
	SYS_connect, SYS_bind, SYS_getsockname, SYS_getpeername, SYS_setsockopt,
	SYS_getsockopt, SYS_socketpair, SYS_sendmmsg,
	/* files */
	SYS_readv, SYS_pread64, SYS_lseek, SYS_newfstatat, SYS_statx, SYS_faccessat,
	SYS_faccessat2, SYS_readlinkat, SYS_getdents64, SYS_fstatfs, SYS_statfs, SYS_dup,
	SYS_pipe2, SYS_eventfd2, SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_pwait, SYS_pselect6,
	/* threads */
	SYS_set_robust_list, SYS_set_tid_address, SYS_sched_getaffinity,
	/* what this process is */
	SYS_uname, SYS_sysinfo, SYS_getrusage,
#ifdef __x86_64__ /* calls that only older processors have */
	SYS_poll, SYS_select, SYS_epoll_wait, SYS_stat, SYS_lstat, SYS_access, SYS_readlink,
	SYS_time,
#endif
};
/* clang-format on */

struct filter {
	const struct sock_filter *first; /* what precedes the calls with any arguments */
	size_t n_first;
	const unsigned short *calls;
	size_t n_calls;
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* clang-format off */
#define FILTER(first, calls) {(first), COUNT(first), (calls), COUNT(calls)}
/* clang-format on */

static const struct filter of_signer = FILTER(before_both, calls_of_signer);
static const struct filter of_talker = FILTER(before_talker, calls_of_talker);

/* A leaf has two calls or more, so a tree has at most five instructions for two calls. */
#define LEAF 4
#define CALLS_MAX 128
#define PROGRAM_MAX (COUNT(before_talker) + 5 * CALLS_MAX / 2)
_Static_assert(COUNT(calls_of_signer) <= CALLS_MAX, "CALLS_MAX");
_Static_assert(COUNT(calls_of_talker) <= CALLS_MAX, "CALLS_MAX");

static int compare(const void *a, const void *b)
{
	const unsigned short *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/*
 * Writes a search tree, and returns its length. The kernel runs a new filter once for each number
 * there is. With a list instead of a tree, this would take twice as long.
 */
static size_t write_tree(struct sock_filter *to, const unsigned short *calls, size_t n)
{
	size_t half = n / 2, len;

	if (n > LEAF) {
		len = write_tree(to + 1, calls, half);
		*to = (struct sock_filter)IF_AT_LEAST(calls[half], (unsigned char)len, 0);
		return 1 + len + write_tree(to + 1 + len, calls + half, n - half);
	}
	for (size_t i = 0; i < n; i++)
		to[i] = (struct sock_filter)IF_EQUAL(calls[i], (unsigned char)(n - i), 0);
	to[n] = (struct sock_filter)NOTHING_ELSE;
	to[n + 1] = (struct sock_filter)ALLOW;
	return n + 2;
}

static enum status install(const struct filter *f, struct error *e)
{
	struct sock_filter text[PROGRAM_MAX];
	struct sock_fprog program = {.filter = text};
	unsigned short calls[CALLS_MAX];

	memcpy(text, f->first, f->n_first * sizeof(*text));
	memcpy(calls, f->calls, f->n_calls * sizeof(*calls));
	qsort(calls, f->n_calls, sizeof(*calls), compare);
	program.len =
		(unsigned short)(f->n_first + write_tree(text + f->n_first, calls, f->n_calls));
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0 || errno == EINVAL)
		return STATUS_OK;
	return error_set(e, STATUS_SYSTEM, "cannot filter system calls: %s", strerror(errno));
}

#define INSTALL(filter, e) install(&(filter), (e))

#else

#define INSTALL(filter, e) ((void)(e), STATUS_OK)

#endif

enum status seccomp_signer(struct error *e)
{
	return INSTALL(of_signer, e);
}

enum status seccomp_talker(struct error *e)
{
	return INSTALL(of_talker, e);
}
