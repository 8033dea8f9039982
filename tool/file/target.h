/*
 * The file that a path leads to, and a descriptor of its folder. All later steps use this
 * descriptor. Threat: another user replaces the folder between the check and the open.
 *
 * Root may run this, for example as sudo aws-mfa with a user's HOME. MUST guarantee then:
 * 1. A user's symlink leads only to files of that user.
 * 2. A symlink counts as a user's if the user made it or could have put it there.
 * 3. A symlink that only root can have put there may lead anywhere.
 * For other users, the checks of the kernel are enough.
 *
 * Threat: a user renames a symlink of root. In a folder that they own, a user can rename every
 * name, also a symlink or folder of root. They can move the symlink to another folder that they may
 * write, such as /tmp. So a symlink counts as a symlink of every user who owns a folder on the
 * path. In a folder of root that others may write, a symlink may be any user's.
 */
#ifndef AWS_MFA_TARGET_H
#define AWS_MFA_TARGET_H

#include "error.h"
#include "walk.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/*
 * Resolves path. The last component need not exist. STATUS_NOT_SET_UP: a folder on the path does
 * not exist (ENOENT). STATUS_CONFIG: the path cannot or must not be followed. Call target_free() in
 * any case.
 */
enum status target_find(struct target *t, const char *path, struct error *e);

/*
 * The same for a folder, which must exist. name is "". Here linked is also set when this does not
 * run as root. It then means: neither root nor the running user made the symlinks.
 */
enum status target_find_folder(struct target *t, const char *path, struct error *e);
void target_free(struct target *t);

/*
 * Opens the file with flags (O_RDONLY or O_RDWR). Never follows a symlink. *st is fstat() of the
 * descriptor. On failure returns -1, sets errno and fills *e:
 * STATUS_NOT_SET_UP: there is no file (ENOENT).
 * STATUS_CONFIG: the file is not regular (EINVAL) or the open fails for another reason. Also when a
 * user's symlink leads to another user's file (ELOOP).
 * STATUS_SYSTEM: no memory or descriptors are left, or a lease is not given back (EAGAIN).
 *
 * Another process can hold a lease on the file (fcntl(2), F_SETLEASE). It is a file server, or
 * another aws-mfa (steady.h). The open makes the kernel ask for the lease back. This waits for it
 * until deadline_ms (monotonic_ms()).
 */
int target_open(
	const struct target *t, int flags, int64_t deadline_ms, struct stat *st, struct error *e);

/*
 * The same for a file that is only read. A user's symlink may then also lead to another user's file
 * that everybody may read.
 */
int target_open_to_read(
	const struct target *t, int64_t deadline_ms, struct stat *st, struct error *e);

/* May a missing file be created here? Only root is ever refused (see above). */
enum status target_check_folder(const struct target *t, struct error *e);

/*
 * Writes the name of the new file, while it is written beside this file. The name is fixed, so that
 * the next run finds what a killed run left.
 */
void target_new_name(const struct target *t, char name[static NAME_MAX + 32]);

/* Can names be created and replaced in the folder? If not, sets errno. */
bool target_folder_writable(const struct target *t);

/*
 * Is the file or folder immutable or append-only (chattr(1), +i and +a)? fd may be O_PATH. access()
 * does not notice append-only.
 */
bool target_is_fixed(int fd);

#endif
