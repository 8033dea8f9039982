#include "replace.h"

#include "attributes.h"
#include "signals.h"
#include "steady.h"
#include "text/write_all.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* One fixed name, and only under the file's lock: what a killed run left is found again. */
static void temporary(const struct target *t, char name[static NAME_MAX + 32])
{
	snprintf(name, NAME_MAX + 32, ".%s.aws-mfa-new", t->name);
}

/*
 * Writes the new file under its temporary name, with all that belongs to the old one. 0 or an
 * errno; *made is its stat().
 */
static int write_beside(const struct target *t, const char *name, int fd, const struct stat *st,
	const struct secret *b, struct stat *made)
{
	int error = 0;
	int new;

	if (!target_folder_writable(t) || (unlinkat(t->folder, name, 0) < 0 && errno != ENOENT))
		return errno;
	/* Closed to others until it has its owner: it holds the keys from the start. */
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

/* For file systems that know no exchange. */
static int rename_over(const struct target *t, const char *name)
{
	if (renameat(t->folder, name, t->folder, t->name) < 0)
		return errno;
	file_sync_folder(t->folder);
	return 0;
}

/*
 * Puts the new file in the old one's place. 0, or an errno; then the old one has its name. A
 * program that looked up the old file before the exchange opens it while the folder goes to the
 * disk.
 */
static int put_in_place(const struct target *t, const char *name, const struct stat *st,
	const struct stat *made, const struct steady *quiet)
{
	if (!is_named(t, t->name, st))
		return EAGAIN;
	if (!change_places(t, name))
		return errno == EINVAL || errno == ENOSYS ? rename_over(t, name) : errno;
	/* The new file is whole on disk: should this fail, a power cut undoes us at worst. */
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

	temporary(t, name);
	signals_hold(&before);
	error = write_beside(t, name, fd, st, new, &made);
	if (!error && !steady_begin(&quiet, fd, old)) {
		error = EAGAIN;
	} else if (!error) {
		error = put_in_place(t, name, st, &made, &quiet);
		steady_end(&quiet);
	}
	unlinkat(t->folder, name, 0);
	signals_release(&before);
	errno = error;
	return !error;
}

bool replace_is_impossible(int error)
{
	switch (error) {
	case EBUSY: /* a file that is mounted there */
	case EXDEV:
	case EROFS: /* a folder that is read-only ... */
	case EACCES:
	case EPERM:  /* ... or sticky, or an owner we may not give away */
	case EINVAL: /* ... or one unknown to this user namespace or NFS server */
	case EOPNOTSUPP:
	case EISDIR: /* in place of the temporary file */
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
