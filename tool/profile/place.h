/*
 * Where the copy of a file lives while that file is written in place (inplace.h), and beside it the
 * content to be: in the file's own folder, its owner's home or /var/tmp, which all outlast a
 * reboot; /tmp and $XDG_RUNTIME_DIR do not.
 *
 * MUST guarantee: what has the name "saved" or "new" is whole and safe on disk, and open to nobody
 * but the file's owner.
 */
#ifndef AWS_MFA_PLACE_H
#define AWS_MFA_PLACE_H

#include "file.h"
#include "target.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

/* A folder that can hold the copy, and the names there; part is either while it is written. */
struct place {
	int folder;
	char path[PATH_MAX]; /* with '/' at its end */
	char saved[NAME_MAX + 32], new[NAME_MAX + 32], part[NAME_MAX + 32], kept[NAME_MAX + 32];
};

enum { N_PLACES = 3 };

/*
 * The place number which, from 0, in the order they are to be tried. False where there is none, or
 * where others could remove what is ours. To be closed with place_close().
 */
bool place_open(struct place *p, int which, const struct target *t, const struct stat *file);
void place_close(struct place *p);

/* The home of the file's owner, NULL without one. */
const char *place_home(uid_t owner);

/* Saves both, "new" first. False and errno on failure: then neither is there. */
bool place_save(const struct place *p, const struct bytes *old, const struct bytes *new,
	const struct stat *file);

/* Removes what has been saved, the copy first. */
void place_forget(const struct place *p);

bool place_has(const struct place *p, const char *name);

/* Reads one of them, if only the file's owner or we can have put it there. */
bool place_read(const struct place *p, const char *name, const struct stat *file, struct bytes *b);

#endif
