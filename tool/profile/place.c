#include "place.h"

#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* In another folder the name must tell which file is meant: FNV-1a of its path. */
static uint64_t hash(const char *s)
{
	uint64_t h = 14695981039346656037U;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211U;
	return h;
}

/*
 * The home of the file's owner, whoever runs: what root leaves under sudo, the owner's next run
 * finds. HOME counts for one's own files only.
 */
const char *place_home(uid_t owner)
{
	const char *env = owner == geteuid() ? getenv("HOME") : NULL;
	const struct passwd *pw;

	if (env && *env == '/')
		return env;
	pw = getpwuid(owner);
	return pw && pw->pw_dir && *pw->pw_dir == '/' ? pw->pw_dir : NULL;
}

static void name_all(struct place *p, const char *stem)
{
	snprintf(p->saved, sizeof(p->saved), "%s-saved", stem);
	snprintf(p->new, sizeof(p->new), "%s-new", stem);
	snprintf(p->part, sizeof(p->part), "%s-part", stem);
	snprintf(p->kept, sizeof(p->kept), "%s-kept", stem);
}

bool place_open(struct place *p, int which, const struct target *t, const struct stat *file)
{
	char stem[NAME_MAX + 16];
	const char *path;
	struct stat st;

	if (which == 0) {
		p->folder = fcntl(t->folder, F_DUPFD_CLOEXEC, 0);
		snprintf(p->path, sizeof(p->path), "%.*s", (int)(t->name - t->path), t->path);
		snprintf(stem, sizeof(stem), ".%s.aws-mfa", t->name);
		name_all(p, stem);
		return p->folder >= 0;
	}
	path = which == 1 ? place_home(file->st_uid) : "/var/tmp";
	if (!path)
		return false;
	p->folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (p->folder < 0)
		return false;
	if (fstat(p->folder, &st) < 0 || ((st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX))) {
		close(p->folder);
		return false;
	}
	snprintf(p->path, sizeof(p->path), "%s/", path);
	snprintf(stem, sizeof(stem), ".aws-mfa-%ju-%016jx", (uintmax_t)file->st_uid,
		(uintmax_t)hash(t->path));
	name_all(p, stem);
	return true;
}

void place_close(struct place *p)
{
	close(p->folder);
}

/* Makes name hold b, whole and safe on disk, or leaves it as it was. */
static bool save(
	const struct place *p, const char *name, const struct bytes *b, const struct stat *file)
{
	int error = 0;
	int fd;

	if (unlinkat(p->folder, p->part, 0) < 0 && errno != ENOENT)
		return false;
	fd = openat(p->folder, p->part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	if (!file_write_all(fd, b->data, b->size) ||
		(geteuid() == 0 && file->st_uid != 0 &&
			fchown(fd, file->st_uid, file->st_gid) < 0) ||
		TEMP_FAILURE_RETRY(fsync(fd)) < 0 ||
		renameat(p->folder, p->part, p->folder, name) < 0) {
		error = errno;
		unlinkat(p->folder, p->part, 0);
	}
	close(fd);
	errno = error;
	return !error;
}

void place_forget(const struct place *p)
{
	sigset_t before;

	signals_hold(&before);
	/* "new" stays as long as the copy does: each tells what the other is. */
	if (unlinkat(p->folder, p->saved, 0) == 0 || errno == ENOENT) {
		unlinkat(p->folder, p->new, 0);
		unlinkat(p->folder, p->part, 0);
	}
	signals_release(&before);
}

bool place_save(const struct place *p, const struct bytes *old, const struct bytes *new,
	const struct stat *file)
{
	bool good = save(p, p->new, new, file) && save(p, p->saved, old, file) &&
		file_sync_folder(p->folder);

	if (!good) {
		int error = errno;

		place_forget(p);
		errno = error;
	}
	return good;
}

bool place_has(const struct place *p, const char *name)
{
	struct stat st;

	return fstatat(p->folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

bool place_read(const struct place *p, const char *name, const struct stat *file, struct bytes *b)
{
	int fd = openat(p->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	uid_t we = geteuid();
	struct error e;
	struct stat st;
	bool good;

	if (fd < 0)
		return false;
	/* Threat: a file of root's that a user has renamed to be this, so that root copies it into
	 * his. What root saves is made over to the file's owner. */
	good = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1 &&
		(st.st_uid == file->st_uid || (st.st_uid == we && we != 0)) &&
		!(st.st_mode & (S_IWGRP | S_IWOTH)) &&
		file_read_fd(fd, name, b, &st, &e) == STATUS_OK;
	close(fd);
	return good;
}
