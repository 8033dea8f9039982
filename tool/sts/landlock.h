/*
 * The folders that this process may still read.
 *
 * Threat: a server or a proxy takes over this process through a flaw in a library. Then it could
 * read what the user can read, such as the credentials file.
 *
 * Source: landlock(7), and the kernel's "Landlock: unprivileged access control".
 */
#ifndef AWS_MFA_STS_LANDLOCK_H
#define AWS_MFA_STS_LANDLOCK_H

#include "error.h"

/*
 * Leaves this process read access to CA certificates, the resolver's files, libraries and
 * /proc/self. ca_bundle is the user's file or folder of CA certificates, or NULL. Writing, making
 * and removing files, and signals to other processes, end everywhere. It cannot be undone.
 *
 * Call it after prctl(PR_SET_NO_NEW_PRIVS), before any other thread exists. Returns STATUS_OK, or
 * STATUS_SYSTEM with *e filled. STATUS_OK also where the kernel has no Landlock. The process can
 * then read what its user can read, also the key file.
 */
enum status landlock_confine(const char *ca_bundle, struct error *e);

#endif
