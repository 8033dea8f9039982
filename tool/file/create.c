#include "create.h"

#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
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

static enum status make_file(const struct target *t, struct error *e)
{
	enum status rc = target_check_folder(t, e);
	int fd;

	if (rc != STATUS_OK)
		return rc;
	fd = openat(t->folder, t->name,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0600);
	if (fd < 0 && errno == EEXIST)
		return STATUS_OK;
	if (fd < 0 || !give(t, fd))
		rc = error_set(
			e, STATUS_CONFIG, "%s: cannot be created: %s", t->path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return rc;
}

enum status create_file(const char *path, struct error *e)
{
	const char *slash = strrchr(path, '/');
	struct target t;
	enum status rc = target_find(&t, path, e);

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
		rc = make_file(&t, e);
	target_free(&t);
	if (rc == STATUS_NOT_SET_UP)
		e->status = rc = STATUS_CONFIG; /* the folder has disappeared again */
	return rc;
}
