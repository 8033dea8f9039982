#include "place.h"

#include "hash.h"
#include "room.h"
#include "signals.h"
#include "text/write_all.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Returns the home of the file's owner, also when root runs this. The owner's next run then finds
 * what a run under sudo left there. HOME counts only for files of the user who runs this.
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

/* Outside the file's own folder, the name must identify the whole path of the file. */
static void name_stem(
	char stem[static NAME_MAX + 16], int which, const char *path, const struct stat *file)
{
	if (which == 0)
		snprintf(stem, NAME_MAX + 16, ".%s.aws-mfa", strrchr(path, '/') + 1);
	else
		snprintf(stem, NAME_MAX + 16, ".aws-mfa-%ju-%016jx", (uintmax_t)file->st_uid,
			(uintmax_t)hash_text(path));
}

static void name_all(struct place *p, int which, const struct target *t, const struct stat *file)
{
	char stem[NAME_MAX + 16];

	name_stem(stem, which, t->path, file);
	snprintf(p->saved, sizeof(p->saved), "%s-saved", stem);
	snprintf(p->new, sizeof(p->new), "%s-new", stem);
	snprintf(p->part, sizeof(p->part), "%s-part", stem);
	snprintf(p->kept, sizeof(p->kept), "%s-kept", stem);
}

static const char *place_path(int which, const struct stat *file)
{
	return which == 1 ? place_home(file->st_uid) : "/var/tmp";
}

/*
 * Threat: a symlink leads a copy to a folder where another user can remove it. An interrupted write
 * leaves half a file, which would then pass for the whole file.
 */
static bool open_elsewhere(struct place *p, const char *path, const struct stat *file)
{
	struct target t;
	struct error e;
	struct stat st;
	bool good = path && target_find_folder(&t, path, &e) == STATUS_OK;

	if (!path)
		return false;
	good = good && fstat(t.folder, &st) == 0 && !(t.linked && st.st_uid != t.link_owner);
	if (!good) {
		target_free(&t);
		return false;
	}
	p->folder = t.folder;
	snprintf(p->path, sizeof(p->path), "%s/", t.path);
	p->shared = st.st_mode & S_ISVTX;
	p->fit = (st.st_uid == 0 || st.st_uid == file->st_uid) &&
		(p->shared || !(st.st_mode & (S_IWGRP | S_IWOTH)));
	return true;
}

bool place_open(struct place *p, int which, const struct target *t, const struct stat *file)
{
	struct stat st;

	name_all(p, which, t, file);
	if (which > 0)
		return open_elsewhere(p, place_path(which, file), file);
	p->folder = fcntl(t->folder, F_DUPFD_CLOEXEC, 0);
	snprintf(p->path, sizeof(p->path), "%.*s", (int)(t->name - t->path), t->path);
	p->fit = true;
	p->shared = p->folder >= 0 && fstat(p->folder, &st) == 0 && (st.st_mode & S_ISVTX);
	return p->folder >= 0;
}

void place_close(struct place *p)
{
	close(p->folder);
}

/* Is the file neither ours nor the owner's? st describes the file in the place. */
static bool is_stranger(const struct stat *st, const struct stat *file)
{
	return st->st_uid != file->st_uid && st->st_uid != geteuid();
}

bool place_left(int which, const char *path, const struct stat *file)
{
	const char *folder = which > 0 ? place_path(which, file) : path;
	char stem[NAME_MAX + 16], name[1024];
	struct stat st;
	int len;

	if (!folder)
		return false;
	name_stem(stem, which, path, file);
	len = which > 0 ? (int)strlen(folder) : (int)(strrchr(path, '/') - path);
	/* The path is too long for this quick test: the caller must look more closely. */
	if ((size_t)snprintf(name, sizeof(name), "%.*s/%s-new", len, folder, stem) >= sizeof(name))
		return true;
	/* Threat: a user who can write /var/tmp slows down every run of other users. So a file of a
	 * stranger does not count. */
	return lstat(name, &st) == 0 && !(which > 0 && is_stranger(&st, file));
}

/* Creates the file under its known name, so that a later run finds it after a crash. */
static int create(const struct place *p, const char *name, const struct stat *file)
{
	int fd, error;

	if (unlinkat(p->folder, name, 0) < 0 && errno != ENOENT)
		return -1;
	fd = openat(p->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0 && geteuid() == 0 && file->st_uid != 0 &&
		fchown(fd, file->st_uid, file->st_gid) < 0) {
		error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

/* Writes b to a new file called name and syncs it to disk. */
static bool save(
	const struct place *p, const char *name, const struct secret *b, const struct stat *file)
{
	int fd = create(p, name, file);
	bool good;
	int error;

	if (fd < 0)
		return false;
	good = write_all(fd, b->data, b->size) && TEMP_FAILURE_RETRY(fsync(fd)) == 0;
	error = errno;
	close(fd);
	errno = error;
	return good;
}

/* True also if we cannot remove the file and it is not ours: a stranger's file, or a folder. */
static bool removed(const struct place *p, const char *name)
{
	return unlinkat(p->folder, name, 0) == 0 || errno == ENOENT || errno == EISDIR ||
		(p->shared && errno == EPERM);
}

void place_forget(const struct place *p)
{
	sigset_t before;

	signals_hold(&before);
	/* Remove "new" last. Together with the copy, it shows what has been written. Alone, it
	 * shows that files are left to remove. */
	if (removed(p, p->saved) && removed(p, p->part))
		unlinkat(p->folder, p->new, 0);
	signals_release(&before);
}

bool place_save(const struct place *p, const struct secret *old, const struct secret *new,
	const struct stat *file)
{
	bool good = save(p, p->new, new, file) && save(p, p->part, old, file) &&
		renameat(p->folder, p->part, p->folder, p->saved) == 0 &&
		file_sync_folder(p->folder);

	if (!good) {
		int error = errno;

		place_forget(p);
		errno = error;
	}
	return good;
}

/*
 * Can we create or replace this name?
 *
 * Threat: in /var/tmp any user can take our names first, and we cannot remove their files. Find
 * that out before a code is spent. In other folders, the file may be the copy of another user who
 * may write the credentials file. Only look: our own copy may belong to a run that is still
 * working.
 */
static bool can_have(
	const struct place *p, const char *name, const struct stat *folder, const struct stat *file)
{
	uid_t we = geteuid();
	struct stat st;

	if (fstatat(p->folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT;
	errno = S_ISDIR(st.st_mode) ? EISDIR : EPERM;
	if (S_ISDIR(st.st_mode))
		return false;
	if (st.st_uid == we || (p->shared && we == 0))
		return true;
	return !is_stranger(&st, file) && (!p->shared || folder->st_uid == we);
}

bool place_try(const struct place *p, const struct stat *file, const char **name)
{
	const char *const names[] = {p->new, p->part, p->saved};
	struct stat folder;

	*name = NULL;
	errno = EPERM;
	if (!p->fit || fstat(p->folder, &folder) < 0 ||
		faccessat(p->folder, ".", W_OK | X_OK, AT_EACCESS) < 0)
		return false;
	errno = EPERM;
	if (target_is_fixed(p->folder))
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!can_have(p, names[i], &folder, file)) {
			*name = names[i];
			return false;
		}
	}
	errno = room_try(p->folder, 2 * (file->st_size + 65536));
	return errno == 0;
}

bool place_has_copy(const struct place *p, const struct stat *file)
{
	struct stat st;

	return fstatat(p->folder, p->saved, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		!(p->shared && is_stranger(&st, file));
}

bool place_keep(struct place *p)
{
	size_t len = strlen(p->kept);
	struct stat st;

	/* Do not overwrite an older kept copy. Skip names that strangers have taken. */
	for (int n = 1; n <= PLACE_KEPT_MAX; n++) {
		if (n > 1)
			snprintf(p->kept + len, sizeof(p->kept) - len, "-%d", n);
		if (fstatat(p->folder, p->kept, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT)
			return renameat(p->folder, p->saved, p->folder, p->kept) == 0;
	}
	errno = EEXIST;
	return false;
}

bool place_read(const struct place *p, const char *name, const struct stat *file, struct secret *b)
{
	int fd = openat(p->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	uid_t we = geteuid();
	struct error e;
	struct stat st;
	bool good;

	if (fd < 0)
		return false;
	/* Threat: a user gives this name to a file of root, and root copies it into the user's
	 * file. So root accepts only files of the owner. create() gives copies to the owner. */
	good = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1 &&
		(st.st_uid == file->st_uid || (st.st_uid == we && we != 0)) &&
		!(st.st_mode & (S_IWGRP | S_IWOTH)) &&
		file_read_fd(fd, name, b, &st, &e) == STATUS_OK;
	close(fd);
	return good;
}
