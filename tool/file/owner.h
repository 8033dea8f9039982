/*
 * Can users other than the running one and root change what a path leads to? For logins.
 *
 * Threats: a user who can write these files can let themselves in. A user who can move a file away
 * makes its owner look not enrolled, and `nullok` lets such users in without a code. OpenSSH checks
 * the same of authorized_keys (sshd_config(5), StrictModes).
 */
#ifndef AWS_MFA_OWNER_H
#define AWS_MFA_OWNER_H

#include "error.h"

#include <sys/stat.h>

/*
 * Checks the way to a file of ~/.aws: the home, and each folder below it in which a name is looked
 * up, also behind symlinks. A way that leaves the home is checked from the root on. The file itself
 * is not checked.
 *
 * Call it after the file was opened, or not found: then what was found holds as long as no folder
 * on the way is open to others.
 *
 * STATUS_OK: there is a file. STATUS_NOT_SET_UP: there is none (ENOENT), and no symlink leads to
 * where it is missing, since its target may not be mounted yet. Else STATUS_CONFIG or
 * STATUS_SYSTEM, with *e filled.
 */
enum status owner_check_way(const char *home, const char *path, struct error *e);

/* The file or folder at path, of which *st is the fstat(): its owner and its mode. */
enum status owner_check(const char *path, const struct stat *st, struct error *e);

/* The same, and the folder the file is in. */
enum status owner_check_file(const char *path, const struct stat *st, struct error *e);

#endif
