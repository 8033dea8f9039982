/* Names that the headers of glibc 2.31 lack. The kernel gives them these numbers everywhere. */
#ifndef AWS_MFA_COMPAT_H
#define AWS_MFA_COMPAT_H

#include <sys/syscall.h>
#include <sys/wait.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4U
#endif
#ifndef P_PIDFD
#define P_PIDFD ((idtype_t)3)
#endif

#endif
