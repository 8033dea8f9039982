/*
 * The folders that each process (split.h) may still read.
 *
 * Threat: a server or a proxy takes over the talker through a flaw in a library. Then it could read
 * what the user can read, such as the credentials file.
 *
 * Source: landlock(7), and the kernel's "Landlock: unprivileged access control".
 */
#ifndef AWS_MFA_STS_LANDLOCK_H
#define AWS_MFA_STS_LANDLOCK_H

#include "error.h"

/*
 * After either one, the process can write, make and remove no file. It cannot be undone. The signer
 * can then read no file. The talker can read CA certificates, the resolver's files, libraries and
 * /proc/self, and can send no signal to other processes. ca_bundle is the user's file or folder of
 * CA certificates, or NULL.
 *
 * Call one of them after prctl(PR_SET_NO_NEW_PRIVS), before any other thread exists. Both return
 * STATUS_OK, or STATUS_SYSTEM with *e filled. STATUS_OK also where the kernel has no Landlock, or a
 * filter of a container refuses it with EPERM. The talker can then read what its user can read,
 * also the key file. The filter of the unit of keystore mode answers EACCES, so that it is an
 * error.
 */
enum status landlock_signer(struct error *e);
enum status landlock_talker(const char *ca_bundle, struct error *e);

#endif
