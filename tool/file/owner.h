/*
 * For logins: can only this user and root change what a path leads to?
 *
 * Threat: a user who can write these files can let themselves in.
 *
 * Threat: a user can move a file away. Its owner then looks not enrolled, and `nullok` lets the
 * owner in without a code.
 *
 * OpenSSH checks authorized_keys in the same way (sshd_config(5), StrictModes). As Debian's OpenSSH
 * does, this accepts a group that may write if the user is alone in it.
 */
#ifndef AWS_MFA_OWNER_H
#define AWS_MFA_OWNER_H

#include "error.h"

#include <sys/stat.h>

/*
 * Checks the path to a file of ~/.aws. This covers the home and every folder below it in which a
 * name is looked up, also behind symlinks. When a symlink leaves the home, the check starts at the
 * root directory. The file itself is not checked.
 *
 * Call this after the file was opened or not found. If this check passes, no other user can have
 * changed what the open found.
 *
 * STATUS_OK: the file exists. STATUS_NOT_SET_UP: the file does not exist (ENOENT), and no symlink
 * is on the path. Behind a symlink a missing file is STATUS_CONFIG: the target may not be mounted
 * yet. Other errors are STATUS_CONFIG or STATUS_SYSTEM. Every error fills *e.
 */
enum status owner_check_way(const char *home, const char *path, struct error *e);

/*
 * The same for people who want to know all: calls fault for each folder that others can change,
 * instead of ending at the first one. A missing file is no fault.
 */
typedef void owner_fault_fn(void *arg, const struct error *e);
void owner_report_way(const char *home, const char *path, owner_fault_fn *fault, void *arg);

/*
 * The same where not even the user counts: can only root change what the path leads to? Checks each
 * name on the path from the root directory on, also behind symlinks, and the file or folder itself.
 */
enum status owner_check_roots(const char *path, struct error *e);

/* The same for a ca_bundle and its files: see certificates_fn. */
enum status owner_check_roots_certificate(const char *path, struct error *e);

/* Checks owner and mode of the file or folder at path. st is its fstat(). */
enum status owner_check(const char *path, const struct stat *st, struct error *e);

/* Checks the file in the same way, and also its folder. */
enum status owner_check_file(const char *path, const struct stat *st, struct error *e);

#endif
