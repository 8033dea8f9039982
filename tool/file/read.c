#include "read.h"

#include "monotonic.h"
#include "steady.h"
#include "target.h"
#include "walk.h"

#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define READ_WAIT_MS 8000
#define LONG_UNCHANGED_S 10

static int64_t read_wait_ms = READ_WAIT_MS;

void file_wait_at_most(int64_t ms)
{
	if (ms < read_wait_ms)
		read_wait_ms = ms;
}

/* A program may keep the file open for writing and never write. That must lock nobody out. */
static bool is_long_unchanged(const struct stat *st)
{
	return time(NULL) - st->st_mtim.tv_sec > LONG_UNCHANGED_S;
}

static enum status read_steadily(int fd, const char *path, int64_t deadline_ms, struct secret *b,
	struct stat *st, enum file_found *found, struct error *e)
{
	bool steady;
	enum status rc = steady_read(fd, path, deadline_ms, b, st, &steady, e);

	if (rc != STATUS_OK || steady)
		return rc;
	if (is_long_unchanged(st)) {
		*found = FILE_UNFINISHED;
		return STATUS_OK;
	}
	/* Threat: half of a file passes for the whole file, and nullok takes the user for not
	 * enrolled. */
	secret_free(b);
	return error_set(
		e, STATUS_SYSTEM, "%s: another program is still writing it; try again", path);
}

/*
 * Handles a path with symlinks, and finds the reason of an error. Not inlined: most runs need no
 * target.
 */
__attribute__((noinline)) static enum status read_target(const char *path, int64_t deadline_ms,
	struct secret *b, struct stat *st, enum file_found *found, struct error *e)
{
	struct target t;
	enum status rc = target_find(&t, path, e);
	int fd = -1;

	if (rc == STATUS_OK) {
		fd = target_open_to_read(&t, deadline_ms, st, e);
		if (fd >= 0)
			rc = read_steadily(fd, t.path, deadline_ms, b, st, found, e);
		else if (S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3))
			*found = FILE_MISSING; /* AWS_CONFIG_FILE=/dev/null means "no file" */
		else
			rc = e->status;
	}
	if (rc == STATUS_NOT_SET_UP) {
		*found = FILE_MISSING;
		rc = STATUS_OK;
	}
	if (fd >= 0)
		close(fd);
	target_free(&t);
	return rc;
}

enum status file_read(const char *path, struct secret *b, struct stat *st, enum file_found *found,
	struct error *e)
{
	int64_t deadline_ms = monotonic_ms() + read_wait_ms;
	int fd = walk_open_plain(path);
	enum status rc;

	*b = (struct secret){0};
	*st = (struct stat){0};
	*found = FILE_WHOLE;
	/* The usual case: no symlink is on the path, and the file can be read. */
	if (fd >= 0 && fstat(fd, st) == 0 && S_ISREG(st->st_mode))
		rc = read_steadily(fd, path, deadline_ms, b, st, found, e);
	else
		rc = read_target(path, deadline_ms, b, st, found, e);
	if (fd >= 0)
		close(fd);
	return rc;
}
