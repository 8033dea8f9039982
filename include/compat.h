/* Names that the headers of glibc 2.31 or of Linux 5.4 lack. They are the same on all machines. */
#ifndef AWS_MFA_COMPAT_H
#define AWS_MFA_COMPAT_H

#include <sys/syscall.h>
#include <sys/wait.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4U
#endif
#ifndef P_PIDFD
#define P_PIDFD ((idtype_t)3)
#endif

#if __has_include(<linux/openat2.h>)
#include <linux/openat2.h>
#else
#include <stdint.h>
#define RESOLVE_NO_SYMLINKS 0x04
struct open_how {
	uint64_t flags;
	uint64_t mode;
	uint64_t resolve;
};
#endif

#endif
