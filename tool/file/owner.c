#include "owner.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINKS_MAX 40 /* as the kernel has it (path_resolution(7)) */

struct way {
	const char *home;
	int folder;              /* O_PATH */
	char path[PATH_MAX];     /* of that folder; empty for the root */
	char todo[2 * PATH_MAX]; /* what of the path is still ahead */
	int links;
};

static bool is_ours(const struct stat *st)
{
	return st->st_uid == geteuid() || st->st_uid == 0;
}

enum status owner_check(const char *path, const struct stat *st, struct error *e)
{
	if (!is_ours(st))
		return error_set(e, STATUS_CONFIG, "%s: belongs to uid %ju; chown it to this user",
			path, (uintmax_t)st->st_uid);
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return error_set(e, STATUS_CONFIG,
			"%s: others may write it (mode %04o); run: chmod go-w %s", path,
			(unsigned)st->st_mode & 07777, path);
	return STATUS_OK;
}

enum status owner_check_file(const char *path, const struct stat *st, struct error *e)
{
	char *folder = realpath(path, NULL);
	struct stat folder_st;
	enum status rc = owner_check(path, st, e);
	char *slash;

	if (rc != STATUS_OK)
		goto out;
	if (!folder) {
		rc = error_system(e, path);
		goto out;
	}
	slash = strrchr(folder, '/');
	slash[slash == folder] = '\0';
	if (stat(folder, &folder_st) < 0) {
		rc = error_system(e, folder);
	} else {
		/* In a sticky folder, as /tmp is, others cannot replace what is not their own. */
		if (folder_st.st_mode & S_ISVTX)
			folder_st.st_mode &= ~(mode_t)(S_IWGRP | S_IWOTH);
		rc = owner_check(folder, &folder_st, e);
	}
out:
	free(folder);
	return rc;
}

/* What errno says of name in the folder, or of the folder itself where name is empty. */
static enum status fail(const struct way *w, const char *name, struct error *e)
{
	int error = errno;
	const char *slash = *name ? "/" : "";

	if (error == EMFILE || error == ENFILE || error == ENOMEM)
		return error_set(
			e, STATUS_SYSTEM, "%s%s%s: %s", w->path, slash, name, strerror(error));
	if (error == ENOENT && w->links == 0)
		return error_set(e, STATUS_NOT_SET_UP, "%s%s%s: there is no such file", w->path,
			slash, name);
	if (error == ENOENT)
		return error_set(e, STATUS_CONFIG,
			"%s%s%s: a symlink leads there, and there is no such file; is its target "
			"mounted?",
			w->path, slash, name);
	return error_set(e, STATUS_CONFIG, "%s%s%s: %s", w->path, slash, name, strerror(error));
}

/* May others make a name lead elsewhere in the folder we are in? entry: what it leads to now. */
static enum status check_folder(const struct way *w, const struct stat *entry, struct error *e)
{
	const char *path = *w->path ? w->path : "/";
	struct stat st;

	if (fstat(w->folder, &st) < 0)
		return fail(w, "", e);
	/* In a sticky folder others cannot move or replace what is not their own. */
	if ((st.st_mode & S_ISVTX) && (!entry || is_ours(entry)))
		st.st_mode &= ~(mode_t)(S_IWGRP | S_IWOTH);
	return owner_check(path, &st, e);
}

static enum status enter(struct way *w, int folder, const char *name, struct error *e)
{
	size_t len = strlen(w->path);

	close(w->folder);
	w->folder = folder;
	if (strcmp(name, "..") == 0) {
		if (len > 0)
			*strrchr(w->path, '/') = '\0';
		return STATUS_OK;
	}
	if (len + 1 + strlen(name) >= sizeof(w->path)) {
		errno = ENAMETOOLONG;
		return fail(w, name, e);
	}
	snprintf(w->path + len, sizeof(w->path) - len, "/%s", name);
	return STATUS_OK;
}

static enum status start_at(struct way *w, const char *folder, struct error *e)
{
	int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return fail(w, folder, e);
	if (w->folder >= 0)
		close(w->folder);
	w->folder = fd;
	return STATUS_OK;
}

/* Begins an absolute path, which is in w->todo: at the home where it leads there, else at the root.
 */
static enum status start(struct way *w, struct error *e)
{
	size_t len = strlen(w->home);

	while (len > 0 && w->home[len - 1] == '/')
		len--;
	w->path[0] = '\0';
	if (len == 0 || len >= sizeof(w->path) || strncmp(w->todo, w->home, len) != 0 ||
		w->todo[len] != '/')
		return start_at(w, "/", e);
	snprintf(w->path, sizeof(w->path), "%.*s", (int)len, w->home);
	memmove(w->todo, w->todo + len, strlen(w->todo + len) + 1);
	return start_at(w, w->home, e);
}

/* Puts what the link says before what is still ahead. */
static enum status follow(
	struct way *w, int link, const char *name, const char *rest, struct error *e)
{
	char text[sizeof(w->todo)];
	ssize_t n = readlinkat(link, "", text, PATH_MAX);
	int len;

	if (n >= 0 && ++w->links > LINKS_MAX) {
		errno = ELOOP;
		n = -1;
	}
	if (n < 0)
		return fail(w, name, e);
	len = snprintf(text + n, sizeof(text) - (size_t)n, "/%s", rest);
	if (n == 0 || len < 0 || (size_t)len >= sizeof(text) - (size_t)n) {
		errno = ENAMETOOLONG;
		return fail(w, name, e);
	}
	strcpy(w->todo, text);
	return text[0] == '/' ? start(w, e) : STATUS_OK;
}

/* O_DIRECTORY first where a folder must be: without it an automounter would not be woken. */
static int open_entry(const struct way *w, const char *name, bool last)
{
	const int flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
	int fd = last ? -1 : openat(w->folder, name, flags | O_DIRECTORY);

	if (last || (fd < 0 && errno == ENOTDIR))
		fd = openat(w->folder, name, flags);
	return fd;
}

/* One component of the path. *done when it was the last and no link. */
static enum status step(struct way *w, bool *done, struct error *e)
{
	char name[NAME_MAX + 1];
	char *from = w->todo + strspn(w->todo, "/");
	size_t len = strcspn(from, "/");
	char *rest = from + len + strspn(from + len, "/");
	bool last = !*rest;
	struct stat st;
	enum status rc;
	int fd, error;

	if (len == 0 || len > NAME_MAX) {
		errno = len ? ENAMETOOLONG : EISDIR;
		return fail(w, "", e);
	}
	memcpy(name, from, len);
	name[len] = '\0';
	fd = open_entry(w, name, last);
	if (fd >= 0 && fstat(fd, &st) < 0) {
		error = errno;
		close(fd);
		fd = -1;
		errno = error;
	}
	error = errno;
	rc = check_folder(w, fd >= 0 ? &st : NULL, e);
	errno = error;
	if (rc == STATUS_OK && fd < 0)
		rc = fail(w, name, e);
	if (rc != STATUS_OK) {
		if (fd >= 0)
			close(fd);
		return rc;
	}
	if (S_ISLNK(st.st_mode)) {
		rc = follow(w, fd, name, rest, e);
		close(fd);
		return rc;
	}
	if (last) {
		*done = true;
		close(fd);
		return STATUS_OK;
	}
	memmove(w->todo, rest, strlen(rest) + 1);
	return enter(w, fd, name, e);
}

/* A home that is missing or somebody else's is no "not set up": it may just not be mounted yet. */
static enum status check_home(const char *home, struct error *e)
{
	struct stat st;

	if (stat(home, &st) < 0)
		return error_set(e, STATUS_CONFIG, "home %s: %s", home, strerror(errno));
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid())
		return error_set(e, STATUS_CONFIG, "home %s: is not a folder of this user", home);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return error_set(e, STATUS_CONFIG,
			"home %s: others may write it; run: chmod go-w %s", home, home);
	return STATUS_OK;
}

enum status owner_check_way(const char *home, const char *path, struct error *e)
{
	struct way w; /* not cleared: its 12 KiB would cost more than the walk */
	bool done = false;
	enum status rc = check_home(home, e);

	w.home = home;
	w.folder = -1;
	w.links = 0;
	w.path[0] = '\0';
	if (rc == STATUS_OK && strlen(path) >= sizeof(w.todo)) {
		errno = ENAMETOOLONG;
		rc = fail(&w, "", e);
	}
	if (rc == STATUS_OK) {
		strcpy(w.todo, path);
		rc = start(&w, e);
	}
	while (rc == STATUS_OK && !done)
		rc = step(&w, &done, e);
	if (w.folder >= 0)
		close(w.folder);
	return rc;
}
