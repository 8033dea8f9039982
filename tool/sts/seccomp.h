/*
 * The system calls that each process (split.h) may still make.
 *
 * Threat: a server or a proxy takes over the talker through a flaw in a library. Then it could
 * start programs, write files, or trace and kill other processes of the user.
 *
 * OpenSSH confines the process that speaks with the network in the same way
 * (sandbox-seccomp-filter.c). Source: seccomp(2).
 */
#ifndef AWS_MFA_STS_SECCOMP_H
#define AWS_MFA_STS_SECCOMP_H

#include "error.h"

/*
 * Allows this process and its later threads only the calls of a table in seccomp.c. Every other
 * call fails with ENOSYS or EPERM. It cannot be undone. The signer can open no file and no socket.
 * The talker can open files for reading, and sockets.
 *
 * Not stopped: the talker can connect to any local socket, such as the user's D-Bus, which can
 * start programs. A filter sees no paths, and nscd, systemd-resolved and SSSD are asked over such
 * sockets.
 *
 * Call one of them after prctl(PR_SET_NO_NEW_PRIVS), before any other thread exists. Both return
 * STATUS_OK, or STATUS_SYSTEM with *e filled. STATUS_OK also where the kernel or the processor has
 * no such filter: it is a second line of defense.
 */
enum status seccomp_signer(struct error *e);
enum status seccomp_talker(struct error *e);

#endif
