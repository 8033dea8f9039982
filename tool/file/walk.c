#include "walk.h"

#include "compat.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define LINKS_MAX 40 /* the kernel's limit (path_resolution(7)) */

struct walk {
	struct target *t;
	char todo[2 * PATH_MAX]; /* the rest of the path */
	int links;
	bool to_folder;                 /* the path leads to a folder */
	const struct walk_guard *guard; /* or NULL */

	/* The users, besides us and root, who could have arranged the path so far. */
	bool wary; /* if false, the rest is not tracked */
	uid_t us;
	bool others; /* there is such a user: other */
	uid_t other;
	bool several;
	bool mixed; /* several users could have put the symlinks there, so no file belongs to all */
};

static void move_to(struct target *t, int folder)
{
	if (t->folder >= 0)
		close(t->folder);
	t->folder = folder;
}

/* Returns the length of the guard's home if path is below it, else 0. */
static size_t home_length(const struct walk_guard *guard, const char *path)
{
	size_t len = guard ? strlen(guard->home) : 0;

	while (len > 0 && guard->home[len - 1] == '/')
		len--;
	return len > 0 && len < PATH_MAX && strncmp(path, guard->home, len) == 0 && path[len] == '/'
		? len
		: 0;
}

/* Starts at the home, the root directory or the current folder: what the rest of the path needs. */
static bool begin(struct walk *w)
{
	size_t len = home_length(w->guard, w->todo);
	bool at_root = len == 0 && *w->todo == '/';
	struct target *t = w->t;
	int fd;

	t->path[0] = '\0';
	fd = open(len > 0 ? w->guard->home : at_root ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	move_to(t, fd);
	if (len > 0) {
		memcpy(t->path, w->todo, len);
		t->path[len] = '\0';
		memmove(w->todo, w->todo + len, strlen(w->todo + len) + 1);
	} else if (!at_root && !getcwd(t->path, sizeof(t->path))) {
		return false;
	}
	if (strcmp(t->path, "/") == 0)
		t->path[0] = '\0';
	return true;
}

/* Appends name to the path. For "..", removes the last name. */
static bool append(struct target *t, const char *name, size_t name_len)
{
	size_t len = strlen(t->path);

	if (name_len == 2 && memcmp(name, "..", 2) == 0) {
		if (*t->path)
			*strrchr(t->path, '/') = '\0';
		return true;
	}
	if (len + 1 + name_len >= sizeof(t->path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	t->path[len] = '/';
	memcpy(t->path + len + 1, name, name_len);
	t->path[len + 1 + name_len] = '\0';
	return true;
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static void suspect(struct walk *w, uid_t who)
{
	if (who == 0 || who == w->us)
		return;
	w->several = w->several || (w->others && w->other != who);
	w->others = true;
	w->other = who;
}

/*
 * Notes who could have put an entry into the current folder. In a folder of root that others may
 * write, such as /tmp, any user may have moved a symlink there. If the folder is sticky, users
 * cannot move another user's folder.
 */
static bool suspect_folder(struct walk *w, bool link)
{
	struct stat st;

	if (!w->wary)
		return true;
	if (fstat(w->t->folder, &st) < 0)
		return false;
	suspect(w, st.st_uid);
	if (st.st_uid == 0 && (st.st_mode & (S_IWGRP | S_IWOTH)) &&
		(link || !(st.st_mode & S_ISVTX)))
		w->others = w->several = true;
	return true;
}

/* Puts the symlink's text before the rest of the path. */
static bool follow(struct walk *w, int link, const struct stat *st, const char *rest)
{
	size_t rest_size = strlen(rest) + 1;
	char text[sizeof(w->todo)];
	ssize_t n = readlinkat(link, "", text, PATH_MAX);

	if (n < 0)
		return false;
	if (n == 0 || n == PATH_MAX || ++w->links > LINKS_MAX) {
		errno = n == 0 ? ENOENT : ELOOP;
		return false;
	}
	if ((size_t)n + 1 + rest_size > sizeof(text)) {
		errno = ENAMETOOLONG;
		return false;
	}
	text[n] = '/';
	memcpy(text + n + 1, rest, rest_size);
	memcpy(w->todo, text, (size_t)n + 1 + rest_size);
	if (!suspect_folder(w, true))
		return false;
	if (w->wary)
		suspect(w, st->st_uid);
	w->t->linked = w->others;
	w->t->link_owner = w->other;
	w->mixed = w->several;
	return text[0] != '/' || begin(w);
}

/* Enters a folder on the path. */
static bool enter(struct walk *w, int fd, const char *name, size_t len, const char *rest)
{
	bool good = suspect_folder(w, false);

	if (good && !(len == 1 && *name == '.')) {
		move_to(w->t, fd);
		good = append(w->t, name, len);
	} else {
		close(fd);
	}
	memmove(w->todo, rest, strlen(rest) + 1);
	return good;
}

/*
 * Opens a name in the current folder. -1 and errno on failure. Without a guard, *st may hold the
 * file type only.
 */
static int open_entry(const struct walk *w, const char *name, bool last, struct stat *st)
{
	const int flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
	/* O_DIRECTORY first: only with it an automounter mounts the folder. */
	int fd = last ? -1 : openat(w->t->folder, name, flags | O_DIRECTORY);
	int error;

	if (fd >= 0 && !w->guard) {
		st->st_mode = S_IFDIR;
		return fd;
	}
	if (last || (fd < 0 && errno == ENOTDIR))
		fd = openat(w->t->folder, name, flags);
	if (fd >= 0 && fstat(fd, st) < 0) {
		error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

/* Keeps errno. */
static bool guard_agrees(const struct walk *w, const struct stat *entry)
{
	int error = errno;
	bool good = !w->guard || w->guard->check(w->guard->arg, w->t, entry);

	errno = error;
	return good;
}

/* Ends the walk at a name that cannot be passed. errno is the reason. */
static bool end_at(struct walk *w, const char *name)
{
	int error = errno;

	append(w->t, name, strlen(name));
	errno = error;
	return false;
}

/* Walks one component. *done: it was the last one and is no symlink. */
static bool step(struct walk *w, bool *done)
{
	char name[NAME_MAX + 1];
	char *from = w->todo + strspn(w->todo, "/");
	size_t len = strcspn(from, "/");
	char *rest = from + len + strspn(from + len, "/");
	bool last = !*rest && !w->to_folder;
	struct stat st;
	bool good;
	int fd;

	if (len == 0 && w->to_folder) {
		*done = true;
		return true;
	}
	if (len == 0 || len > NAME_MAX) {
		errno = len ? ENAMETOOLONG : EISDIR;
		return false;
	}
	memcpy(name, from, len);
	name[len] = '\0';
	if (last && is_dots(name)) {
		errno = EISDIR;
		return false;
	}
	fd = open_entry(w, name, last, &st);
	if (!guard_agrees(w, fd >= 0 ? &st : NULL)) {
		good = false;
	} else if (fd < 0 && !(last && errno == ENOENT)) {
		good = end_at(w, name);
	} else if (fd >= 0 && S_ISLNK(st.st_mode)) {
		good = follow(w, fd, &st, rest) || end_at(w, name);
	} else if (last) {
		good = append(w->t, name, len);
		*done = good;
	} else if (S_ISDIR(st.st_mode)) {
		return enter(w, fd, name, len, rest);
	} else {
		errno = ENOTDIR;
		good = end_at(w, name);
	}
	if (fd >= 0)
		close(fd);
	return good;
}

/* Sets t->path to path without empty, "." and ".." components. path has no symlinks. */
static bool name_path(struct target *t, const char *path)
{
	t->path[0] = '\0';
	if (*path != '/' && !getcwd(t->path, sizeof(t->path)))
		return false;
	if (strcmp(t->path, "/") == 0)
		t->path[0] = '\0';
	while (*(path += strspn(path, "/"))) {
		size_t len = strcspn(path, "/");

		if (!(len == 1 && *path == '.') && !append(t, path, len))
			return false;
		path += len;
	}
	return true;
}

/*
 * Opens path in one system call, which fails if a symlink is on the path. Returns -1 also where the
 * kernel or a sandbox does not know that call.
 */
static int open_at_once(const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned)flags | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS};

	return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
}

/*
 * False where that call fails. The walk by hand then finds the file, or the reason why there is
 * none.
 */
static bool find_at_once(struct target *t, const char *path, bool to_folder)
{
	const char *slash = strrchr(path, '/');
	const char *name = to_folder ? "" : slash ? slash + 1 : path;
	size_t len = to_folder ? strlen(path) : (size_t)(name - path);
	struct stat st;

	if (!to_folder && (!*name || is_dots(name)))
		return false;
	memcpy(t->path, path, len);
	memcpy(t->path + len, len ? "" : ".", len ? 1 : 2);
	t->folder = open_at_once(t->path, O_PATH | O_DIRECTORY);
	if (t->folder < 0)
		return false;
	if (!to_folder &&
		(fstatat(t->folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ? errno != ENOENT
									: S_ISLNK(st.st_mode)))
		return false;
	return name_path(t, path);
}

int walk_open_plain(const char *path)
{
	/* O_NONBLOCK: without it the open waits forever for a FIFO's writer. */
	return open_at_once(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
}

bool walk_is_plain(const char *path, struct stat *st)
{
	bool good = *path == '/' && !strstr(path, "//") && !strstr(path, "/./") &&
		!strstr(path, "/../");
	int fd = good ? open_at_once(path, O_PATH) : -1;

	if (fd < 0)
		return false;
	good = fstat(fd, st) == 0 && !S_ISDIR(st->st_mode);
	close(fd);
	return good;
}

/* Not inlined: it needs many pages of stack, and most runs do not call it. */
__attribute__((noinline)) static bool walk(struct target *t, const char *path, bool to_folder,
	const struct walk_guard *guard, bool *mixed)
{
	struct walk w; /* todo is not cleared: clearing 8 KiB would cost more than the walk */
	bool done = false;

	w.t = t;
	w.links = 0;
	w.to_folder = to_folder;
	w.guard = guard;
	w.us = geteuid();
	w.wary = to_folder || w.us == 0;
	w.others = w.several = w.mixed = false;
	w.other = 0;
	memcpy(w.todo, path, strlen(path) + 1);
	if (!begin(&w))
		return false;
	while (!done)
		if (!step(&w, &done))
			return false;
	*mixed = w.mixed;
	return true;
}

/* Fails for a path that is empty or too long. */
static bool init(struct target *t, const char *path)
{
	t->folder = -1;
	t->path[0] = '\0';
	t->linked = false;
	errno = *path ? ENAMETOOLONG : ENOENT;
	return *path && strlen(path) < PATH_MAX;
}

bool walk_to(struct target *t, const char *path, bool to_folder, bool *mixed)
{
	*mixed = false;
	return init(t, path) &&
		(find_at_once(t, path, to_folder) || walk(t, path, to_folder, NULL, mixed));
}

bool walk_guarded(struct target *t, const char *path, const struct walk_guard *guard)
{
	bool mixed;

	return init(t, path) && walk(t, path, false, guard, &mixed);
}
