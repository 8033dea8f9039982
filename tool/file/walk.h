/* Walks a path from folder to folder, and tracks who could have arranged it (target.h). */
#ifndef AWS_MFA_WALK_H
#define AWS_MFA_WALK_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

/* The file that a path leads to, and its folder. */
struct target {
	char path[PATH_MAX]; /* absolute and without symlinks: for messages */
	const char *name;    /* the last component, inside path */
	int folder;          /* O_PATH */
	bool linked; /* link_owner, neither us nor root, could have put the symlinks there */
	uid_t link_owner;
};

/*
 * Sets t, except its name. With to_folder, t is the folder that path leads to. Without, t is the
 * folder of the file that path leads to. False and errno on failure.
 *
 * *mixed: several users could have put the symlinks there, so no file belongs to all of them. Users
 * are tracked only where it matters: for root, and for a folder.
 */
bool walk_to(struct target *t, const char *path, bool to_folder, bool *mixed);

/*
 * A guard sees each name that a walk looks up, in the order of the path.
 *
 * check() gets the folder (t->folder, t->path) and the entry with this name. For a symlink, entry
 * describes the symlink itself. entry is NULL if the name cannot be opened. If check() returns
 * false, the walk ends.
 *
 * A path or symlink that leads below the home starts at the home. The folders above the home are
 * not checked.
 */
struct walk_guard {
	const char *home;
	bool (*check)(void *arg, const struct target *t, const struct stat *entry);
	void *arg;
};

/*
 * Does walk_to() for the folder of a file, with a guard. After a failure, t->path is where the walk
 * ended.
 */
bool walk_guarded(struct target *t, const char *path, const struct walk_guard *guard);

/*
 * Opens the file or folder at path for reading, if no symlink is on the path. Returns -1 on
 * failure. Also -1 where the kernel cannot check this in one call; walk_to() can.
 */
int walk_open_plain(const char *path);

/* Is path absolute and without symlinks, as target.path is? If yes, *st is its fstat(). */
bool walk_is_plain(const char *path, struct stat *st);

#endif
