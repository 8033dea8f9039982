#include "target.h"

#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINKS_MAX 40 /* as the kernel has it (path_resolution(7)) */

struct walk {
	struct target *t;
	char todo[2 * PATH_MAX]; /* what of the path is still ahead */
	int links;
	bool mixed; /* links of two strangers: no file can be of both */
};

static void move_to(struct target *t, int folder)
{
	if (t->folder >= 0)
		close(t->folder);
	t->folder = folder;
}

/* Starts at the root or in the current folder. */
static bool begin(struct walk *w, bool at_root)
{
	int fd = open(at_root ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return false;
	move_to(w->t, fd);
	w->t->path[0] = '\0';
	if (!at_root && !getcwd(w->t->path, sizeof(w->t->path)))
		return false;
	if (strcmp(w->t->path, "/") == 0)
		w->t->path[0] = '\0';
	return true;
}

static bool append(struct target *t, const char *name)
{
	size_t len = strlen(t->path);
	int n = snprintf(t->path + len, sizeof(t->path) - len, "/%s", name);

	if (n < 0 || (size_t)n >= sizeof(t->path) - len) {
		errno = ENAMETOOLONG;
		return false;
	}
	return true;
}

static bool enter(struct walk *w, const char *name, int fd)
{
	move_to(w->t, fd);
	if (strcmp(name, "..") != 0)
		return append(w->t, name);
	if (*w->t->path)
		*strrchr(w->t->path, '/') = '\0';
	return true;
}

/* Puts what the link says before what is still ahead. */
static bool follow(struct walk *w, int link, const struct stat *st, const char *rest)
{
	char text[sizeof(w->todo)];
	ssize_t n = readlinkat(link, "", text, PATH_MAX);
	int len;

	if (n < 0)
		return false;
	if (n == 0 || n == PATH_MAX || ++w->links > LINKS_MAX) {
		errno = n == 0 ? ENOENT : ELOOP;
		return false;
	}
	len = snprintf(text + n, sizeof(text) - (size_t)n, "/%s", rest);
	if (len < 0 || (size_t)len >= sizeof(text) - (size_t)n) {
		errno = ENAMETOOLONG;
		return false;
	}
	strcpy(w->todo, text);
	if (geteuid() == 0 && st->st_uid != 0) {
		w->mixed = w->mixed || (w->t->linked && w->t->link_owner != st->st_uid);
		w->t->linked = true;
		w->t->link_owner = st->st_uid;
	}
	return text[0] != '/' || begin(w, true);
}

/* One component. *done when it was the last and no link. */
static bool step(struct walk *w, bool *done)
{
	char name[NAME_MAX + 1];
	char *from = w->todo + strspn(w->todo, "/");
	size_t len = strcspn(from, "/");
	char *rest = from + len + strspn(from + len, "/");
	bool last = !*rest;
	struct stat st;
	bool good;
	int fd = -1;

	if (len == 0 || len > NAME_MAX) {
		errno = len ? ENAMETOOLONG : EISDIR;
		return false;
	}
	memcpy(name, from, len);
	name[len] = '\0';
	if (last && (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)) {
		errno = EISDIR;
		return false;
	}
	/* O_DIRECTORY first: without it an automounter would not be woken. */
	if (!last)
		fd = openat(w->t->folder, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0) {
		good = strcmp(name, ".") == 0 ? (close(fd), true) : enter(w, name, fd);
		memmove(w->todo, rest, strlen(rest) + 1);
		return good;
	}
	if (last || errno == ENOTDIR)
		fd = openat(w->t->folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && !(last && errno == ENOENT))
		return false;
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISLNK(st.st_mode)) {
		good = follow(w, fd, &st, rest);
	} else if (last) {
		good = append(w->t, name);
		*done = good;
	} else {
		errno = ENOTDIR;
		good = false;
	}
	if (fd >= 0)
		close(fd);
	return good;
}

static enum status refuse(const struct target *t, uid_t owner, struct error *e)
{
	return error_set(e, STATUS_CONFIG,
		"%s: belongs to uid %ju, but a symlink of uid %ju leads there; root follows it to "
		"files of that user only: remove the symlink, or chown it to root",
		t->path, (uintmax_t)owner, (uintmax_t)t->link_owner);
}

static enum status fail(const char *path, struct error *e)
{
	switch (errno) {
	case EMFILE:
	case ENFILE:
	case ENOMEM:
		return error_system(e, path);
	case ENOENT:
		return error_set(e, STATUS_NOT_SET_UP, "%s: %s", path, strerror(errno));
	default:
		return error_set(e, STATUS_CONFIG, "%s: %s%s", path, strerror(errno),
			errno == EACCES ? "; make it accessible for this user" : "");
	}
}

enum status target_find(struct target *t, const char *path, struct error *e)
{
	struct walk w; /* not cleared: its 8 KiB would cost more than the walk */
	bool done = false;

	w.t = t;
	w.links = 0;
	w.mixed = false;
	t->folder = -1;
	t->linked = false;
	t->name = "";
	if (!*path || strlen(path) >= PATH_MAX) {
		errno = *path ? ENAMETOOLONG : ENOENT;
		return fail(path, e);
	}
	strcpy(w.todo, path);
	if (!begin(&w, *path == '/'))
		return fail(path, e);
	while (!done)
		if (!step(&w, &done))
			return fail(path, e);
	t->name = strrchr(t->path, '/') + 1;
	if (w.mixed)
		return error_set(e, STATUS_CONFIG,
			"%s: symlinks of several users lead there; root does not follow them",
			path);
	return STATUS_OK;
}

void target_free(struct target *t)
{
	if (t->folder >= 0)
		close(t->folder);
	t->folder = -1;
}

static int open_checked(
	const struct target *t, int flags, bool any_readable, struct stat *st, struct error *e)
{
	/* O_NONBLOCK: opening a FIFO without a writer would wait for ever. */
	int fd = openat(t->folder, t->name, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int error;

	if (fd < 0) {
		error = errno;
		fail(t->path, e);
	} else if (fstat(fd, st) < 0) {
		error = errno;
		error_system(e, t->path);
	} else if (!S_ISREG(st->st_mode)) {
		error = EINVAL;
		error_set(e, STATUS_CONFIG, "%s: is %s, expected a regular file; move it away",
			t->path,
			S_ISDIR(st->st_mode)            ? "a folder"
				: S_ISFIFO(st->st_mode) ? "a FIFO"
							: "not a file of text");
	} else if (t->linked && st->st_uid != t->link_owner &&
		!(any_readable && (st->st_mode & S_IROTH))) {
		error = ELOOP;
		refuse(t, st->st_uid, e);
	} else {
		return fd;
	}
	if (fd >= 0)
		close(fd);
	errno = error;
	return -1;
}

int target_open(const struct target *t, int flags, struct stat *st, struct error *e)
{
	return open_checked(t, flags, false, st, e);
}

int target_open_to_read(const struct target *t, struct stat *st, struct error *e)
{
	return open_checked(t, O_RDONLY, true, st, e);
}

bool target_unchanged(const struct target *t, const struct stat *st)
{
	struct stat now;

	if (fstatat(t->folder, t->name, &now, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	errno = EAGAIN;
	return file_same(&now, st);
}

enum status target_check_folder(const struct target *t, struct error *e)
{
	struct stat st;

	if (fstat(t->folder, &st) < 0)
		return error_system(e, t->path);
	return t->linked && st.st_uid != t->link_owner ? refuse(t, st.st_uid, e) : STATUS_OK;
}

bool target_folder_writable(const struct target *t)
{
	return faccessat(t->folder, ".", W_OK | X_OK, AT_EACCESS) == 0;
}
