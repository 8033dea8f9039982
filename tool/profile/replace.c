#include "replace.h"

#include "attributes.h"
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* One fixed name, and only under the file's lock: what a killed run left is found again. */
static void temporary(const struct target *t, char name[static NAME_MAX + 32])
{
	snprintf(name, NAME_MAX + 32, ".%s.aws-mfa-new", t->name);
}

static bool replace(const struct target *t, int fd, const struct stat *st, const struct bytes *b,
	bool if_unchanged)
{
	char name[NAME_MAX + 32];
	int error = 0;
	int new;

	temporary(t, name);
	if (unlinkat(t->folder, name, 0) < 0 && errno != ENOENT)
		return false;
	/* Closed to others until it has its owner, for it holds everybody's keys already then. */
	new = openat(t->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (new < 0)
		return false;
	if (!file_write_all(new, b->data, b->size) || !attributes_copy(fd, st, new) ||
		TEMP_FAILURE_RETRY(fsync(new)) < 0)
		error = errno;
	/* As late as can be: the disk may have taken its time. */
	else if (if_unchanged && !target_unchanged(t, st) && errno == EAGAIN)
		error = EAGAIN;
	else if (renameat(t->folder, name, t->folder, t->name) < 0)
		error = errno;
	if (error)
		unlinkat(t->folder, name, 0);
	close(new);
	/* The new file is whole on disk: should this fail, a power cut undoes us at worst. */
	if (!error)
		file_sync_folder(t->folder);
	errno = error;
	return !error;
}

bool replace_file(const struct target *t, int fd, const struct stat *st, const struct bytes *b,
	bool if_unchanged)
{
	sigset_t before;
	bool done;

	signals_hold(&before);
	done = replace(t, fd, st, b, if_unchanged);
	signals_release(&before);
	return done;
}

bool replace_is_impossible(int error)
{
	switch (error) {
	case EBUSY: /* a file that is mounted there */
	case EXDEV:
	case EROFS: /* a folder that is read-only ... */
	case EACCES:
	case EPERM:  /* ... or sticky, or an owner we may not give away */
	case EINVAL: /* ... or of whom this user namespace or NFS server has never heard */
	case EOPNOTSUPP:
	case EISDIR: /* in place of the temporary file */
		return true;
	}
	return false;
}

int replace_foresee(const struct target *t, int fd, const struct stat *st)
{
	struct statx x;

	if (!target_folder_writable(t))
		return errno;
	if (geteuid() != 0 && st->st_uid != geteuid())
		return EPERM;
	if (statx(fd, "", AT_EMPTY_PATH, 0, &x) == 0 && (x.stx_attributes & STATX_ATTR_MOUNT_ROOT))
		return EBUSY;
	return 0;
}
