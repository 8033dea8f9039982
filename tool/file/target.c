#include "target.h"

#include "monotonic.h"
#include "text/progress.h"
#include "walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum status refuse(const struct target *t, uid_t owner, struct error *e)
{
	return error_set(e, STATUS_CONFIG,
		"%s: belongs to uid %ju, but a symlink that uid %ju could have "
		"put there leads to it; root follows such a symlink only to "
		"files of that user; remove the symlink",
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
	case EAGAIN:
		return error_set(e, STATUS_SYSTEM,
			"%s: another program holds a lease on it and does not give it back; try again",
			path);
	default:
		return error_set(e, STATUS_CONFIG, "%s: %s%s", path, strerror(errno),
			errno == EACCES ? "; make it accessible for this user" : "");
	}
}

static enum status find(struct target *t, const char *path, bool to_folder, struct error *e)
{
	bool mixed;

	t->name = "";
	if (!walk_to(t, path, to_folder, &mixed))
		return fail(path, e);
	if (!mixed)
		return STATUS_OK;
	return error_set(e, STATUS_CONFIG,
		"%s: several users could have put symlinks on the way to this "
		"file; %s does not follow them; use a path without symlinks",
		path, geteuid() == 0 ? "root" : "aws-mfa");
}

enum status target_find(struct target *t, const char *path, struct error *e)
{
	enum status rc = find(t, path, false, e);

	if (rc == STATUS_OK)
		t->name = strrchr(t->path, '/') + 1;
	return rc;
}

enum status target_find_folder(struct target *t, const char *path, struct error *e)
{
	return find(t, path, true, e);
}

void target_free(struct target *t)
{
	if (t->folder >= 0)
		close(t->folder);
	t->folder = -1;
}

/* O_NONBLOCK: without it the open waits forever for a FIFO's writer, and 45 s for a lease. */
static int open_in_time(const struct target *t, int flags, int64_t deadline_ms)
{
	int fd;

	progress_begin("the program that holds the file");
	while ((fd = openat(t->folder, t->name,
			flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)) < 0 &&
		errno == EAGAIN && monotonic_ms() < deadline_ms)
		progress_sleep(5);
	progress_end();
	return fd;
}

static int open_checked(const struct target *t, int flags, bool any_readable, int64_t deadline_ms,
	struct stat *st, struct error *e)
{
	int fd = open_in_time(t, flags, deadline_ms);
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
							: "a device or a socket");
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

int target_open(
	const struct target *t, int flags, int64_t deadline_ms, struct stat *st, struct error *e)
{
	return open_checked(t, flags, false, deadline_ms, st, e);
}

int target_open_to_read(
	const struct target *t, int64_t deadline_ms, struct stat *st, struct error *e)
{
	return open_checked(t, O_RDONLY, true, deadline_ms, st, e);
}

enum status target_check_folder(const struct target *t, struct error *e)
{
	struct stat st;

	if (fstat(t->folder, &st) < 0)
		return error_system(e, t->path);
	return t->linked && st.st_uid != t->link_owner ? refuse(t, st.st_uid, e) : STATUS_OK;
}

bool target_is_fixed(int fd)
{
	struct statx x;

	return statx(fd, "", AT_EMPTY_PATH, 0, &x) == 0 &&
		(x.stx_attributes & (STATX_ATTR_APPEND | STATX_ATTR_IMMUTABLE));
}

void target_new_name(const struct target *t, char name[static NAME_MAX + 32])
{
	snprintf(name, NAME_MAX + 32, ".%s.aws-mfa-new", t->name);
}

bool target_folder_writable(const struct target *t)
{
	if (faccessat(t->folder, ".", W_OK | X_OK, AT_EACCESS) < 0)
		return false;
	/* In an append-only folder our temporary file, which holds all keys, would stay forever. */
	errno = EPERM;
	return !target_is_fixed(t->folder);
}
