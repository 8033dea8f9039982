#include "replace.h"

#include "attributes.h"
#include "signals.h"
#include "steady.h"
#include "text/write_all.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

bool replace_sweep(const struct target *t)
{
	char name[NAME_MAX + 32];

	target_new_name(t, name);
	return unlinkat(t->folder, name, 0) == 0 || errno == ENOENT;
}

/*
 * Writes the new file under its temporary name, with the attributes of the old file. Returns 0 or
 * an errno. *made is fstat() of the new file.
 */
static int write_beside(const struct target *t, const char *name, int fd, const struct stat *st,
	const struct secret *b, struct stat *made)
{
	int error = 0;
	int new;

	if (!target_folder_writable(t) || !replace_sweep(t))
		return errno;
	/* Others cannot open it until the attributes are copied: the file holds the keys from the
	 * start. */
	new = openat(t->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (new < 0)
		return errno;
	if (!write_all(new, b->data, b->size) || !attributes_copy(fd, st, new) ||
		TEMP_FAILURE_RETRY(fsync(new)) < 0 || fstat(new, made) < 0)
		error = errno;
	close(new);
	return error;
}

static bool is_named(const struct target *t, const char *name, const struct stat *st)
{
	struct stat now;

	return fstatat(t->folder, name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
		now.st_dev == st->st_dev && now.st_ino == st->st_ino;
}

static bool change_places(const struct target *t, const char *name)
{
	return renameat2(t->folder, name, t->folder, t->name, RENAME_EXCHANGE) == 0;
}

/* For file systems without RENAME_EXCHANGE. */
static int rename_over(const struct target *t, const char *name)
{
	if (renameat(t->folder, name, t->folder, t->name) < 0)
		return errno;
	file_sync_folder(t->folder);
	return 0;
}

/*
 * Puts the new file in the place of the old one. Returns 0 or an errno; with an errno, the old file
 * has its name again.
 *
 * A program may look up the old file before the exchange and open it afterwards. It does so while
 * the folder is synced, so look for such a program after the sync.
 */
static int put_in_place(const struct target *t, const char *name, const struct stat *st,
	const struct stat *made, const struct steady *quiet)
{
	if (!is_named(t, t->name, st))
		return EAGAIN;
	if (!change_places(t, name))
		return errno == EINVAL || errno == ENOSYS ? rename_over(t, name) : errno;
	/* Ignore a failure: the new file is whole on disk. At worst a power cut undoes the
	 * exchange. */
	file_sync_folder(t->folder);
	if ((is_named(t, name, st) && steady_is_quiet(quiet)) || !is_named(t, t->name, made))
		return 0;
	return change_places(t, name) || rename_over(t, name) == 0 ? EAGAIN : errno;
}

bool replace_file(const struct target *t, int fd, const struct stat *st, const struct secret *old,
	const struct secret *new)
{
	char name[NAME_MAX + 32];
	struct steady quiet;
	struct stat made = {0};
	sigset_t before;
	int error;

	target_new_name(t, name); /* only under the file's lock */
	signals_hold(&before);
	error = write_beside(t, name, fd, st, new, &made);
	if (!error && !steady_begin(&quiet, fd, old)) {
		error = EAGAIN;
	} else if (!error) {
		error = put_in_place(t, name, st, &made, &quiet);
		steady_end(&quiet);
	}
	replace_sweep(t);
	signals_release(&before);
	errno = error;
	return !error;
}

bool replace_is_impossible(int error)
{
	switch (error) {
	case EBUSY: /* the file is a mount point */
	case EXDEV:
	case EROFS: /* the folder is read-only */
	case EACCES:
	case EPERM:  /* the folder is sticky, or we may not give the file its owner */
	case EINVAL: /* this user namespace or NFS server does not know the owner */
	case EOPNOTSUPP:
	case EISDIR: /* a folder has the temporary file's name */
		return true;
	default:
		return false;
	}
}

int replace_foresee(const struct target *t, int fd, const struct stat *st)
{
	struct statx x;

	if (!target_folder_writable(t))
		return errno;
	if (geteuid() != 0 && st->st_uid != geteuid())
		return EPERM;
	if (target_is_fixed(fd))
		return EPERM;
	if (statx(fd, "", AT_EMPTY_PATH, 0, &x) == 0 && (x.stx_attributes & STATX_ATTR_MOUNT_ROOT))
		return EBUSY;
	return 0;
}
