#include "inplace.h"

#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A folder that can hold the copy, and the names there; part is either while it is written. */
struct place {
	int folder;
	char path[PATH_MAX]; /* with '/' at its end */
	char saved[NAME_MAX + 32], new[NAME_MAX + 32], part[NAME_MAX + 32], kept[NAME_MAX + 32];
};
enum { N_PLACES = 3 };

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
static const char *home_of(uid_t owner)
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

/* False where there is no such folder, or others could remove from it what is ours. */
static bool place_open(struct place *p, int which, const struct target *t, const struct stat *file)
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
	path = which == 1 ? home_of(file->st_uid) : "/var/tmp";
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

/* The copy goes first, and "new" stays as long as it does: each tells what the other is. */
static void forget(const struct place *p)
{
	if (unlinkat(p->folder, p->saved, 0) < 0 && errno != ENOENT)
		return;
	unlinkat(p->folder, p->new, 0);
	unlinkat(p->folder, p->part, 0);
}

static bool save_both(const struct place *p, const struct bytes *old, const struct bytes *new,
	const struct stat *file)
{
	bool good = save(p, p->new, new, file) && save(p, p->saved, old, file) &&
		file_sync_folder(p->folder);

	if (!good) {
		int error = errno;

		forget(p);
		errno = error;
	}
	return good;
}

/* Makes fd, which holds before or a part of after, hold after. */
static bool rewrite(int fd, const struct bytes *before, const struct bytes *after)
{
	size_t done = 0;

	while (done < before->size && done < after->size && before->data[done] == after->data[done])
		done++;
	/* Room first: a full disk shall not be found out in the middle. Not every file system can
	 * do this. */
	if (after->size > before->size &&
		fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)after->size) < 0 &&
		(errno == ENOSPC || errno == EDQUOT || errno == EFBIG))
		return false;
	while (done < after->size) {
		ssize_t n = pwrite(fd, after->data + done, after->size - done, (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		done += (size_t)n;
	}
	return TEMP_FAILURE_RETRY(ftruncate(fd, (off_t)after->size)) == 0 &&
		TEMP_FAILURE_RETRY(fsync(fd)) == 0;
}

enum status inplace_write(const struct target *t, int fd, const struct stat *st,
	const struct bytes *old, const struct bytes *new, int why, struct error *e)
{
	struct place p;
	int error = 0;
	int which;

	for (which = 0; which < N_PLACES; which++) {
		if (!place_open(&p, which, t, st))
			continue;
		if (save_both(&p, old, new, st))
			break;
		error = errno;
		close(p.folder);
	}
	if (which == N_PLACES)
		return error_set(e, STATUS_NOT_STORED,
			"%s: cannot be replaced (%s), and no copy of it can be saved, which "
			"writing it in place needs: %s",
			t->path, strerror(why), strerror(error));
	log_warning("%s: cannot be replaced as a whole (%s), so it is written in place; until that "
		    "is done a copy is %s%s",
		t->path, strerror(why), p.path, p.saved);
	if (rewrite(fd, old, new)) {
		forget(&p);
		close(p.folder);
		return STATUS_OK;
	}
	error = errno;
	if (rewrite(fd, new, old)) {
		forget(&p);
		error_set(e, STATUS_NOT_STORED, "%s: cannot be written: %s; it is as before",
			t->path, strerror(error));
	} else {
		error_set(e, STATUS_NOT_STORED,
			"%s: cannot be written: %s, nor put back: %s; the whole of it is %s%s",
			t->path, strerror(error), strerror(errno), p.path, p.saved);
	}
	close(p.folder);
	return STATUS_NOT_STORED;
}

enum status inplace_foresee(const struct target *t, const struct stat *st, struct error *e)
{
	struct stat folder;
	struct place p;

	/* Threat: a hard link in a user's folder to a file of root's. */
	if (geteuid() == 0 && st->st_nlink > 1 &&
		(fstat(t->folder, &folder) < 0 || folder.st_uid != 0))
		return error_set(e, STATUS_CONFIG,
			"%s: has other names (hard links), in a folder of somebody else; root does "
			"not write through it",
			t->path);
	for (int which = 0; which < N_PLACES; which++) {
		bool writable;

		if (!place_open(&p, which, t, st))
			continue;
		writable = faccessat(p.folder, ".", W_OK | X_OK, AT_EACCESS) == 0;
		close(p.folder);
		if (writable)
			return STATUS_OK;
	}
	return error_set(e, STATUS_CONFIG,
		"%s: cannot be replaced, and there is no folder that could hold a copy while it is "
		"written in place: not its own, not %s, not /var/tmp",
		t->path, home_of(st->st_uid) ? home_of(st->st_uid) : "home");
}

static bool exists(const struct place *p, const char *name)
{
	struct stat st;

	return fstatat(p->folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

bool inplace_left(const struct target *t, const struct stat *st)
{
	bool left = false;

	for (int which = 0; which < N_PLACES && !left; which++) {
		struct place p;

		if (!place_open(&p, which, t, st))
			continue;
		left = exists(&p, p.saved) || exists(&p, p.new) || exists(&p, p.part);
		close(p.folder);
	}
	return left;
}

/* Reads what only the file's owner, we or root can have put there. */
static bool read_trusted(
	const struct place *p, const char *name, const struct stat *file, struct bytes *b)
{
	int fd = openat(p->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct error e;
	struct stat st;
	bool good;

	if (fd < 0)
		return false;
	good = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1 &&
		(st.st_uid == geteuid() || st.st_uid == 0 || st.st_uid == file->st_uid) &&
		!(st.st_mode & (S_IWGRP | S_IWOTH)) &&
		file_read_fd(fd, name, b, &st, &e) == STATUS_OK;
	close(fd);
	return good;
}

/* Is each byte of now the one of old or of new in its place, as a write cut off leaves it? */
static bool is_mixture(const struct bytes *now, const struct bytes *old, const struct bytes *new)
{
	size_t least = old->size < new->size ? old->size : new->size;
	size_t most = old->size < new->size ? new->size : old->size;

	if (now->size < least || now->size > most)
		return false;
	for (size_t i = 0; i < now->size; i++) {
		char c = now->data[i];

		/* After a power cut what was appended can read as zeros. */
		if (!(i < old->size && c == old->data[i]) && !(i < new->size &&c == new->data[i]) &&
			!(i >= old->size && c == '\0'))
			return false;
	}
	return true;
}

static bool same(const struct bytes *a, const struct bytes *b)
{
	return a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

static bool undo_from(const struct place *p, const struct target *t, int fd, const struct stat *st)
{
	struct bytes saved = {0}, new = {0}, now = {0};
	struct stat unused;
	struct error e;
	bool undone = false;

	if (!exists(p, p->saved)) {
		forget(p);
		return false;
	}
	if (file_read_fd(fd, t->path, &now, &unused, &e) != STATUS_OK ||
		!read_trusted(p, p->saved, st, &saved)) {
		log_warning(
			"%s%s: is in the way and no copy of ours; remove it", p->path, p->saved);
		goto out;
	}
	if (!read_trusted(p, p->new, st, &new) || !is_mixture(&now, &saved, &new)) {
		if (renameat(p->folder, p->saved, p->folder, p->kept) == 0) {
			log_warning("%s: has been changed since a write to it was cut off and "
				    "stays; what it was before that write is %s%s: compare, and "
				    "remove that",
				t->path, p->path, p->kept);
			forget(p);
		}
		goto out;
	}
	if (!same(&now, &new) && !same(&now, &saved)) {
		/* An empty "before": nothing is known of what stands there. */
		const struct bytes none = {.data = now.data};

		if (!rewrite(fd, &none, &saved)) {
			log_warning("%s: a write to it was cut off and cannot be undone: %s; the "
				    "whole of it is %s%s",
				t->path, strerror(errno), p->path, p->saved);
			goto out;
		}
		log_warning("%s: a write to it was cut off; it has been put back as it was before "
			    "that",
			t->path);
		undone = true;
	}
	forget(p);
out:
	bytes_free(&saved);
	bytes_free(&new);
	bytes_free(&now);
	return undone;
}

bool inplace_undo(const struct target *t, int fd, const struct stat *st)
{
	bool undone = false;

	for (int which = 0; which < N_PLACES; which++) {
		struct place p;

		if (!place_open(&p, which, t, st))
			continue;
		if (undo_from(&p, t, fd, st))
			undone = true;
		close(p.folder);
	}
	return undone;
}
