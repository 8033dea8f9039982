/* The way of a path, from folder to folder, and who could have laid it (target.h). */
#ifndef AWS_MFA_WALK_H
#define AWS_MFA_WALK_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

/* The file a path leads to, and the folder it is in. */
struct target {
	char path[PATH_MAX]; /* absolute and without symlinks: for messages */
	const char *name;    /* the last component, inside path */
	int folder;          /* O_PATH */
	bool linked;         /* by symlinks that may be those of link_owner, who is somebody else */
	uid_t link_owner;
};

/*
 * Sets t, all but its name, to the folder that path leads to, or, unless to_folder, to the folder
 * of the file that it leads to. False and errno on failure. *mixed: the symlinks on the way may be
 * those of several users, so that no file can be of all of them. Who they are is asked only where
 * it counts: for root, and for a folder.
 */
bool walk_to(struct target *t, const char *path, bool to_folder, bool *mixed);

/*
 * A guard sees each name that a walk looks up, in the order of the way.
 *
 * check() gets the folder (t->folder, t->path) and what the name is there: a symlink itself, NULL
 * where it cannot be opened. False ends the walk. A path or symlink that leads below the home
 * starts at the home: the folders above it are not looked at.
 */
struct walk_guard {
	const char *home;
	bool (*check)(void *arg, const struct target *t, const struct stat *entry);
	void *arg;
};

/*
 * walk_to() the folder of a file, with a guard. After a failure t->path says where the walk has
 * ended.
 */
bool walk_guarded(struct target *t, const char *path, const struct walk_guard *guard);

/*
 * Opens for reading what path leads to without symlinks, of any file type. -1 on failure, and where
 * the kernel cannot tell at once whether there is a symlink: walk_to() finds that out.
 */
int walk_open_plain(const char *path);

/* Is path as target.path is, absolute and without symlinks? Then *st is what it leads to. */
bool walk_is_plain(const char *path, struct stat *st);

#endif
