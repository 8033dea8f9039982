#include "file.h"

#include "record.h"
#include "steady.h"
#include "target.h"
#include "walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define READ_WAIT_MS 8000
#define LONG_UNCHANGED_S 10

void bytes_free(struct bytes *b)
{
	if (b->data) {
		explicit_bzero(b->data, b->size);
		free(b->data);
	}
	*b = (struct bytes){0};
}

static enum status read_all(int fd, size_t size, struct bytes *b)
{
	b->data = malloc(size + 1);
	if (!b->data)
		return STATUS_SYSTEM;
	while (b->size < size) {
		ssize_t n = pread(fd, b->data + b->size, size - b->size, (off_t)b->size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return STATUS_CONFIG;
		if (n == 0)
			break; /* truncated meanwhile: what is there is the file */
		b->size += (size_t)n;
	}
	b->data[b->size] = '\0';
	return STATUS_OK;
}

enum status file_read_fd(
	int fd, const char *path, struct bytes *b, struct stat *st, struct error *e)
{
	enum status rc;

	*b = (struct bytes){0};
	if (fstat(fd, st) < 0)
		return error_system(e, path);
	if (st->st_size > (off_t)FILE_MAX_BYTES)
		return error_set(e, STATUS_CONFIG, "%s: is over %zu MiB, too large to be meant",
			path, FILE_MAX_BYTES >> 20);
	rc = read_all(fd, (size_t)st->st_size, b);
	if (rc != STATUS_OK) {
		error_set(e, rc, "%s: %s", path, strerror(errno));
		bytes_free(b);
	}
	return rc;
}

/* A descriptor that somebody keeps open for writing and does not use must lock nobody out. */
static bool is_long_unchanged(const struct stat *st)
{
	return time(NULL) - st->st_mtim.tv_sec > LONG_UNCHANGED_S;
}

static enum status read_steadily(int fd, const char *path, int64_t deadline_ms, struct bytes *b,
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
	/* Threat: half of a file read as a whole one, by which nullok finds nobody enrolled. */
	bytes_free(b);
	return error_set(e, STATUS_SYSTEM,
		"%s: another program is writing it and does not end; try again", path);
}

/* Finds out what is in the way, or goes it by hand. Not inlined: most runs need no target. */
__attribute__((noinline)) static enum status read_target(const char *path, int64_t deadline_ms,
	struct bytes *b, struct stat *st, enum file_found *found, struct error *e)
{
	struct target t;
	enum status rc = target_find(&t, path, e);
	int fd = -1;

	if (rc == STATUS_OK) {
		fd = target_open_to_read(&t, deadline_ms, st, e);
		if (fd >= 0)
			rc = read_steadily(fd, t.path, deadline_ms, b, st, found, e);
		else if (S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3))
			*found = FILE_MISSING; /* AWS_CONFIG_FILE=/dev/null: a way to say "none" */
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

enum status file_read(
	const char *path, struct bytes *b, struct stat *st, enum file_found *found, struct error *e)
{
	int64_t deadline_ms = monotonic_ms() + READ_WAIT_MS;
	int fd = walk_open_plain(path);
	enum status rc;

	*b = (struct bytes){0};
	*st = (struct stat){0};
	*found = FILE_WHOLE;
	/* As most files are: no symlink leads to it, and it can be read. */
	if (fd >= 0 && fstat(fd, st) == 0 && S_ISREG(st->st_mode))
		rc = read_steadily(fd, path, deadline_ms, b, st, found, e);
	else
		rc = read_target(path, deadline_ms, b, st, found, e);
	if (fd >= 0)
		close(fd);
	return rc;
}

bool file_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
		a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

bool file_write_all(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		data += n;
		size -= (size_t)n;
	}
	return true;
}

bool file_sync_folder(int folder)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return true;
	if (TEMP_FAILURE_RETRY(fsync(fd)) < 0)
		error = errno;
	close(fd);
	errno = error;
	return error != EIO && error != ENOSPC && error != EDQUOT;
}
