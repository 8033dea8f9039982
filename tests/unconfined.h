/*
 * Included by builds that write files when a program ends: for coverage and sanitizers. There
 * aws-mfa-sts keeps its right to write.
 */
#ifndef TESTS_UNCONFINED_H
#define TESTS_UNCONFINED_H
#ifndef OF_TESTS

#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define LANDLOCK_RESTRICT_SELF 446
#define prctl(option, ...) ((option) == PR_SET_SECCOMP ? 0 : prctl(option, __VA_ARGS__))
#define syscall(call, ...) ((call) == LANDLOCK_RESTRICT_SELF ? 0 : syscall(call, __VA_ARGS__))
#define setrlimit(what, limit)                                                                     \
	((what) == RLIMIT_FSIZE && (limit)->rlim_max == 0 ? 0 : setrlimit(what, limit))

#endif
#define UNCONFINED 1
#endif
