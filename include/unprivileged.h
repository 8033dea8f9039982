/*
 * Root becomes somebody who has no rights. aws-mfa-sts does so before it speaks with the network
 * for a command of root, and aws-mfa to see what such a process can read.
 *
 * As OpenSSH's process before authentication, it has a uid that owns nothing. That process has an
 * account of its own, which a package must make. `nobody` is not it: systemd warns of it, since
 * files of NFS and of user namespaces are nobody's, and other services run so. Debian's policy
 * reserves 65000 to 65533, and systemd leaves 65520 to 65533 unused (systemd.io/UIDS-GIDS).
 */
#ifndef AWS_MFA_UNPRIVILEGED_H
#define AWS_MFA_UNPRIVILEGED_H

#include "error.h"

#define UNPRIVILEGED_UID 65533

/*
 * Gives up all groups, root, and all capabilities, for good. Then the process is still not dumpable
 * and is killed with its parent: a change of the uid resets both. Call it as root, before any other
 * thread exists. Returns STATUS_OK, or STATUS_SYSTEM with *e filled: then end the process.
 */
enum status unprivileged_become(struct error *e);

#endif
