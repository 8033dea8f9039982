/*
 * Where the copy of a file lives while that file is written in place (inplace.h), and beside it the
 * content to be: in the file's own folder, its owner's home or /var/tmp, which all outlast a
 * reboot; /tmp and $XDG_RUNTIME_DIR do not.
 *
 * MUST guarantee: what has the name "saved" is whole and safe on disk, and so is "new" beside it;
 * both are open to the file's owner alone. What is left of a write has at least the name "new".
 */
#ifndef AWS_MFA_PLACE_H
#define AWS_MFA_PLACE_H

#include "file.h"
#include "target.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

/* A folder that can hold the copy, and the names there; part is the copy while it is written. */
struct place {
	int folder;
	char path[PATH_MAX + 1]; /* with '/' at its end */
	char saved[NAME_MAX + 32], new[NAME_MAX + 32], part[NAME_MAX + 32], kept[NAME_MAX + 32];
	bool fit;    /* only the file's owner and root can remove what is put there */
	bool shared; /* strangers can put things there, and we cannot remove them: /var/tmp */
};

enum { N_PLACES = 3 };

/*
 * Opens a place by its number, from 0 in the order of trying. False where there is no such place,
 * or where symlinks of strangers lead to it. place_close() closes it.
 */
bool place_open(struct place *p, int which, const struct target *t, const struct stat *file);
void place_close(struct place *p);

/* Could something be left there? path is target.path. Each run asks, so it is one stat(). */
bool place_left(int which, const char *path, const struct stat *file);

/* The home of the file's owner, NULL without one. */
const char *place_home(uid_t owner);

/*
 * Could both be saved here? Tries what can be tried without the file's lock. False and errno if
 * not, with *name what is in the way, or NULL.
 */
bool place_try(const struct place *p, const struct stat *file, const char **name);

/* Saves both, "new" first. False and errno on failure: then neither is there. */
bool place_save(const struct place *p, const struct secret *old, const struct secret *new,
	const struct stat *file);

/* Removes what has been saved, the copy first. */
void place_forget(const struct place *p);

/* Is there a copy, ours or another's? In a shared folder a stranger's file is no copy. */
bool place_has_copy(const struct place *p, const struct stat *file);

/* Gives the copy a name that none has yet, which goes into kept. False and errno on failure. */
bool place_keep(struct place *p);

/* Reads one of them into *b, if the file's owner or we must have put it there. secret_free() it. */
bool place_read(const struct place *p, const char *name, const struct stat *file, struct secret *b);

#endif
