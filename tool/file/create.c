#include "create.h"

#include "file.h"
#include "signals.h"
#include "target.h"
#include "text/write_all.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* When root runs this, new files get the folder's owner. */
static bool give(const struct target *t, int fd)
{
	struct stat st;

	return geteuid() != 0 ||
		(fstat(t->folder, &st) == 0 && fchown(fd, st.st_uid, st.st_gid) == 0);
}

static enum status make_folder(const char *path, struct error *e)
{
	struct target t;
	enum status rc = target_find(&t, path, e);
	int fd = -1;

	if (rc == STATUS_OK)
		rc = target_check_folder(&t, e);
	else if (rc == STATUS_NOT_SET_UP)
		rc = error_set(
			e, STATUS_CONFIG, "%s: cannot be created: %s", path, strerror(ENOENT));
	if (rc != STATUS_OK)
		goto out;
	if (mkdirat(t.folder, t.name, 0700) == 0) {
		/* The user may have replaced the new folder, but only by one that they own. */
		fd = openat(t.folder, t.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0 || !give(&t, fd))
			rc = error_set(e, STATUS_CONFIG, "%s: cannot be created: %s", t.path,
				strerror(errno));
	} else if (errno != EEXIST) {
		rc = error_set(
			e, STATUS_CONFIG, "%s: cannot be created: %s", t.path, strerror(errno));
	}
out:
	if (fd >= 0)
		close(fd);
	target_free(&t);
	return rc;
}

/* Opens a new file. The name is for file systems without O_TMPFILE. *named: it has a name, which
 * must be removed. Returns -1 and errno on failure.
 */
static int open_new(const struct target *t, const char *name, bool *named)
{
	int fd;

	*named = false;
	unlinkat(t->folder, name, 0); /* a killed run may have left it */
	fd = openat(t->folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	/* Old kernels say EISDIR, or ENOENT. */
	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT))
		return fd;
	fd = openat(t->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	*named = fd >= 0;
	return fd;
}

/* Gives the file its name. Returns false and errno on failure. */
static bool link_new(const struct target *t, int fd, const char *name, bool named)
{
	char open_file[32];

	snprintf(open_file, sizeof(open_file), "/proc/self/fd/%d", fd);
	return named ? linkat(t->folder, name, t->folder, t->name, 0) == 0
		     : linkat(AT_FDCWD, open_file, t->folder, t->name, AT_SYMLINK_FOLLOW) == 0;
}

static enum status make_file(
	const struct target *t, const struct secret *content, bool *made, struct error *e)
{
	enum status rc = target_check_folder(t, e);
	char name[NAME_MAX + 32];
	sigset_t before;
	bool named;
	int fd;

	if (rc != STATUS_OK)
		return rc;
	target_new_name(t, name);
	signals_hold(&before);
	fd = open_new(t, name, &named);
	*made = fd >= 0 && give(t, fd) && write_all(fd, content->data, content->size) &&
		TEMP_FAILURE_RETRY(fsync(fd)) == 0 && link_new(t, fd, name, named);
	if (!*made && errno != EEXIST)
		rc = error_set(
			e, STATUS_CONFIG, "%s: cannot be created: %s", t->path, strerror(errno));
	if (named)
		unlinkat(t->folder, name, 0);
	if (fd >= 0)
		close(fd);
	if (*made)
		file_sync_folder(t->folder);
	signals_release(&before);
	return rc;
}

enum status create_file(const char *path, const struct secret *content, bool *made, struct error *e)
{
	const char *slash = strrchr(path, '/');
	struct target t;
	enum status rc = target_find(&t, path, e);

	*made = false;
	if (rc == STATUS_NOT_SET_UP && slash && slash > path) {
		char folder[PATH_MAX];

		target_free(&t);
		memcpy(folder, path, (size_t)(slash - path)); /* target_find() checked the length */
		folder[slash - path] = '\0';
		rc = make_folder(folder, e);
		if (rc == STATUS_OK)
			rc = target_find(&t, path, e);
	}
	if (rc == STATUS_OK)
		rc = make_file(&t, content, made, e);
	target_free(&t);
	if (rc == STATUS_NOT_SET_UP)
		e->status = rc = STATUS_CONFIG; /* the folder has disappeared again */
	return rc;
}
