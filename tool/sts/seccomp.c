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
#define IF_MORE(value, then, otherwise)                                                            \
	BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, (unsigned int)(value), (then), (otherwise))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define REFUSE(error) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))

/* One call with any arguments. The accumulator has the number of the call. */
#define MAY(call) IF_EQUAL(SYS_##call, 0, 1), ALLOW

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

/* What both need: open sockets, waiting, time, memory, and their own end. */
#define MAY_BOTH \
	MAY(recvfrom), MAY(recvmsg), MAY(sendto), MAY(sendmsg), MAY(shutdown), \
	MAY(read), MAY(write), MAY(writev), MAY(close), MAY(fstat), \
	MAY(ppoll), MAY(clock_gettime), MAY(clock_getres), MAY(clock_nanosleep), MAY(nanosleep), \
	MAY(gettimeofday), MAY(restart_syscall), \
	MAY(brk), MAY(mmap), MAY(munmap), MAY(mremap), MAY(mprotect), MAY(madvise), MAY(mlock), \
	MAY(munlock), MAY(getrandom), MAY(futex), MAY(membarrier), MAY(rseq), MAY(sched_yield), \
	MAY(rt_sigaction), MAY(rt_sigprocmask), MAY(rt_sigreturn), MAY(sigaltstack), \
	MAY(getpid), MAY(gettid), MAY(getppid), MAY(getuid), MAY(geteuid), MAY(getgid), \
	MAY(getegid), MAY(exit), MAY(exit_group)

/* The signer also waits for the end of the talker. */
static const struct sock_filter of_signer[] = {
	ONLY_THIS_ABI,
	MAY_BOTH,
	MAY(wait4), MAY(waitid),
#ifdef __x86_64__
	MAY(poll),
#endif
	NOTHING_ELSE,
};

static const struct sock_filter of_talker[] = {
	ONLY_THIS_ABI,
	MAY_BOTH,

	/* The network. A socket of another kind than these is refused, and so is listening. */
	IF_EQUAL(SYS_socket, 0, 7),
		LOAD(LOW(0)),
		IF_EQUAL(AF_INET, 4, 0),
		IF_EQUAL(AF_INET6, 3, 0),
		IF_EQUAL(AF_UNIX, 2, 0),      /* names are asked of nscd, nss-resolve and SSSD so */
		IF_EQUAL(AF_NETLINK, 1, 0),   /* getaddrinfo() asks which addresses this host has */
		REFUSE(EAFNOSUPPORT),
		ALLOW,
	MAY(connect), MAY(bind), MAY(getsockname), MAY(getpeername), MAY(setsockopt),
	MAY(getsockopt), MAY(socketpair), MAY(sendmmsg),

	/* Files: read only. */
	IF_EQUAL(SYS_openat, 0, 4),
		LOAD(LOW(2)),
		IF_ANY(WRITING, 0, 1),
		REFUSE(EPERM),
		ALLOW,
	MAY(readv), MAY(pread64), MAY(lseek), MAY(newfstatat), MAY(statx), MAY(faccessat),
	MAY(faccessat2), MAY(readlinkat), MAY(getdents64), MAY(fstatfs), MAY(statfs), MAY(dup),
	/* Threat: F_SETOWN and F_SETSIG send any signal to other processes. */
	IF_EQUAL(SYS_fcntl, 0, 5),
		LOAD(LOW(1)),
		IF_MORE(F_SETFL, 0, 2), /* 0 to F_SETFL: descriptors and O_NONBLOCK */
		IF_EQUAL(F_DUPFD_CLOEXEC, 1, 0),
		REFUSE(EINVAL),
		ALLOW,
	MAY(pipe2), MAY(eventfd2), MAY(epoll_create1), MAY(epoll_ctl), MAY(epoll_pwait),
	IF_EQUAL(SYS_ioctl, 0, 6),
		LOAD(LOW(1)),
		IF_EQUAL(FIONREAD, 3, 0),
		IF_EQUAL(FIONBIO, 2, 0),
		IF_EQUAL(SIOCGIFINDEX, 1, 0), /* "nameserver fe80::1%eth0" in resolv.conf */
		REFUSE(ENOTTY),
		ALLOW,
	MAY(pselect6),

	/* Threads: the resolver has one. Without clone3(), which keeps its flags in memory, libc
	 * uses clone(). */
	IF_EQUAL(SYS_clone, 0, 4),
		LOAD(LOW(0)),
		IF_ANY(CLONE_THREAD, 1, 0),
		REFUSE(EPERM),
		ALLOW,
	MAY(set_robust_list), MAY(set_tid_address), MAY(sched_getaffinity),

	/* What this process is. Limits of this process can be read, not set. */
	IF_EQUAL(SYS_prlimit64, 0, 8),
		LOAD(LOW(0)),
		IF_EQUAL(0, 0, 4),
		LOAD(LOW(2)),
		IF_EQUAL(0, 0, 2),
		LOAD(HIGH(2)),
		IF_EQUAL(0, 1, 0),
		REFUSE(EPERM),
		ALLOW,
	MAY(uname), MAY(sysinfo), MAY(getrusage),

#ifdef __x86_64__ /* calls that only older processors have */
	MAY(poll), MAY(select), MAY(epoll_wait), MAY(stat), MAY(lstat), MAY(access), MAY(readlink),
	MAY(time),
#endif
	NOTHING_ELSE,
};
/* clang-format on */

static enum status install(const struct sock_filter *filter, size_t n, struct error *e)
{
	const struct sock_fprog program = {(unsigned short)n, (struct sock_filter *)filter};

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0 || errno == EINVAL)
		return STATUS_OK;
	return error_set(e, STATUS_SYSTEM, "cannot filter system calls: %s", strerror(errno));
}

#define INSTALL(filter, e) install((filter), sizeof(filter) / sizeof((filter)[0]), (e))

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
