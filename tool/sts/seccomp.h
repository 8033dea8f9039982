/*
 * The system calls that this process may still make.
 *
 * Threat: a server or a proxy takes over this process through a flaw in a library. Then it could
 * start programs, write files, or trace and kill other processes of the user.
 *
 * OpenSSH confines the process that speaks with the network in the same way
 * (sandbox-seccomp-filter.c). Source: seccomp(2).
 */
#ifndef AWS_MFA_STS_SECCOMP_H
#define AWS_MFA_STS_SECCOMP_H

#include "error.h"

/*
 * Allows this process and its later threads only the calls of the table in seccomp.c. Every other
 * call fails with ENOSYS or EPERM. Files can be opened for reading only. It cannot be undone.
 *
 * Not stopped: a connection to any local socket, such as the user's D-Bus, which can start
 * programs. A filter sees no paths, and nscd and systemd-resolved are asked over such sockets.
 *
 * Call it after prctl(PR_SET_NO_NEW_PRIVS), before any other thread exists. Returns STATUS_OK, or
 * STATUS_SYSTEM with *e filled. STATUS_OK also where the kernel or the processor has no such
 * filter: it is a second line of defense.
 */
enum status seccomp_confine(struct error *e);

#endif
