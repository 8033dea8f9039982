/*
 * Where the copy of a file is while the file is written in place (inplace.h). The new content is
 * beside the copy. The place is the file's own folder, its owner's home or /var/tmp. All three
 * survive a reboot; /tmp and $XDG_RUNTIME_DIR do not.
 *
 * MUST guarantee:
 * 1. A file with the name "saved" is whole and safe on disk, and so is "new" beside it.
 * 2. Only one user can open the two: the file's owner, or the user who runs this.
 * 3. An interrupted write leaves at least "new".
 */
#ifndef AWS_MFA_PLACE_H
#define AWS_MFA_PLACE_H

#include "file.h"
#include "target.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

/* A folder that can hold the copy, and the names there. part is the copy before it is whole. */
struct place {
	int folder;
	char path[PATH_MAX + 1]; /* ends with '/' */
	char saved[NAME_MAX + 32], new[NAME_MAX + 32], part[NAME_MAX + 32], kept[NAME_MAX + 32];
	bool fit;    /* only the file's owner and root can remove files there */
	bool shared; /* strangers can create files there, and we cannot remove them: /var/tmp */
};

enum { N_PLACES = 3 };

/* Kept copies have the name kept, kept-2, ..., with this number at most. */
#define PLACE_KEPT_MAX 99

/*
 * Opens a place by its number; 0 is tried first. False if there is no such place, or if a
 * stranger's symlink leads to it. place_close() closes the place.
 */
bool place_open(struct place *p, int which, const struct target *t, const struct stat *file);
void place_close(struct place *p);

/*
 * Can an interrupted run have left files there? path is target.path. Every run asks, so this costs
 * one lstat().
 */
bool place_left(int which, const char *path, const struct stat *file);

/* Returns the home of the file's owner, or NULL. */
const char *place_home(uid_t owner);

/*
 * Can the copy and the new content be saved here? Tests what can be tested without the file's lock.
 * If not: false, errno, and the file that is in the way in *name, or NULL.
 */
bool place_try(const struct place *p, const struct stat *file, const char **name);

/*
 * Saves old as the copy and new as "new"; "new" first. False and errno on failure: then neither
 * file exists.
 */
bool place_save(const struct place *p, const struct secret *old, const struct secret *new,
	const struct stat *file);

/* Removes the saved files, the copy first. */
void place_forget(const struct place *p);

/*
 * Does a copy exist, made by us or by another user? In a shared folder, a stranger's file does not
 * count.
 */
bool place_has_copy(const struct place *p, const struct stat *file);

/* Renames the copy to an unused name, which is stored in kept. False and errno on failure. */
bool place_keep(struct place *p);

/*
 * Reads one of the files into *b. The caller calls secret_free(). False if a user other than us or
 * the file's owner may have put the file there.
 */
bool place_read(const struct place *p, const char *name, const struct stat *file, struct secret *b);

#endif
