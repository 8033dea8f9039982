#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum status read_all(int fd, size_t size, struct secret *b)
{
	if (!secret_make(b, size))
		return STATUS_SYSTEM;
	while (b->size < size) {
		ssize_t n = pread(fd, b->data + b->size, size - b->size, (off_t)b->size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return STATUS_CONFIG;
		if (n == 0)
			break; /* truncated during the read: return what is there */
		b->size += (size_t)n;
	}
	b->data[b->size] = '\0';
	return STATUS_OK;
}

enum status file_read_fd(
	int fd, const char *path, struct secret *b, struct stat *st, struct error *e)
{
	enum status rc;

	*b = (struct secret){0};
	if (fstat(fd, st) < 0)
		return error_system(e, path);
	if (st->st_size > (off_t)FILE_MAX_BYTES)
		return error_set(e, STATUS_CONFIG,
			"%s: is too large: more than %zu MiB; check the path", path,
			FILE_MAX_BYTES >> 20);
	rc = read_all(fd, (size_t)st->st_size, b);
	if (rc != STATUS_OK) {
		error_set(e, rc, "%s: %s", path, strerror(errno));
		secret_free(b);
	}
	return rc;
}

bool file_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
		a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
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
