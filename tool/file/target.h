/*
 * The file a path leads to, pinned down by the folder it is in: what is done afterwards goes
 * through that folder's descriptor, so that nobody can put another folder in between.
 *
 * MUST guarantee, when root runs this (sudo aws-mfa with a user's HOME): a symlink that somebody
 * else has made, or could have put where it is, leads to files of that user only. Links that only
 * root can have put there are followed anywhere. For other users the kernel's own checks are the
 * bound.
 *
 * Threat: a user renames a link of root's. In a folder of theirs they can rename each name, also
 * that of root's link or folder. They can move the link into another folder that they may write,
 * such as /tmp. So a link counts as the link of each user who owns a folder on the way to it. In a
 * folder of root's that others may write, it may be anybody's.
 */
#ifndef AWS_MFA_TARGET_H
#define AWS_MFA_TARGET_H

#include "error.h"
#include "walk.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/*
 * Resolves path, whose last component need not exist. STATUS_NOT_SET_UP when a folder on the way
 * does not exist (ENOENT), STATUS_CONFIG when it cannot be followed or must not be. target_free()
 * in any case.
 */
enum status target_find(struct target *t, const char *path, struct error *e);

/*
 * The same for a folder, which must exist: name is "". Here linked is set for every user who runs
 * this: by symlinks that neither root nor that user has made.
 */
enum status target_find_folder(struct target *t, const char *path, struct error *e);
void target_free(struct target *t);

/*
 * Opens the file with flags (O_RDONLY or O_RDWR; never follows). Returns -1 and errno, with *e set:
 * STATUS_NOT_SET_UP for ENOENT; STATUS_CONFIG when it is not a regular file (EINVAL), when
 * somebody's link leads to another's file (ELOOP) and for what else it says; or STATUS_SYSTEM. *st
 * is what the descriptor is.
 *
 * Another process can hold a lease on the file (fcntl(2), F_SETLEASE): a file server for its
 * client, or another aws-mfa (steady.h). The attempt asks for it back, and this waits for that
 * until deadline_ms (monotonic_ms()). Then it is STATUS_SYSTEM (EAGAIN).
 */
int target_open(
	const struct target *t, int flags, int64_t deadline_ms, struct stat *st, struct error *e);

/*
 * The same for a file that is only read: a user's link may then also lead to another user's file
 * that everybody may read.
 */
int target_open_to_read(
	const struct target *t, int64_t deadline_ms, struct stat *st, struct error *e);

/* May a file be made where there is none? Only root is ever refused (above). */
enum status target_check_folder(const struct target *t, struct error *e);

/* Can names be made and replaced in the folder? Sets errno. */
bool target_folder_writable(const struct target *t);

/*
 * Has somebody said of the file or folder (a descriptor, O_PATH will do) that it must not change,
 * or only grow (chattr(1), +i and +a)? access() knows nothing of the second.
 */
bool target_is_fixed(int fd);

#endif
