#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

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
		ssize_t n = read(fd, b->data + b->size, size - b->size);

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

enum status file_read(
	const char *path, struct bytes *b, struct stat *st, bool *missing, struct error *e)
{
	/* O_NONBLOCK: opening a FIFO without a writer would wait for ever. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	enum status rc;

	*b = (struct bytes){0};
	*missing = false;
	if (fd < 0 && errno == ENOENT) {
		*missing = true;
		return STATUS_OK;
	}
	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
		return error_system(e, path);
	if (fd < 0)
		return error_set(e, STATUS_CONFIG, "%s: %s; make it readable for this user", path,
			strerror(errno));
	if (fstat(fd, st) < 0) {
		rc = error_system(e, path);
	} else if (S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3)) {
		*missing = true; /* AWS_CONFIG_FILE=/dev/null: the usual way to say "none" */
		rc = STATUS_OK;
	} else if (!S_ISREG(st->st_mode)) {
		rc = error_set(e, STATUS_CONFIG, "%s: is %s, expected a regular file; move it away",
			path,
			S_ISDIR(st->st_mode)            ? "a folder"
				: S_ISFIFO(st->st_mode) ? "a FIFO"
							: "not a file of text");
	} else if (st->st_size > (off_t)FILE_MAX_BYTES) {
		rc = error_set(e, STATUS_CONFIG, "%s: is over %zu MiB, too large to be meant", path,
			FILE_MAX_BYTES >> 20);
	} else {
		rc = read_all(fd, (size_t)st->st_size, b);
		if (rc != STATUS_OK)
			error_set(e, rc, "%s: %s", path, strerror(errno));
	}
	close(fd);
	if (rc != STATUS_OK)
		bytes_free(b);
	return rc;
}

static enum status check_owned(const char *path, const struct stat *st, struct error *e)
{
	if (st->st_uid != geteuid() && st->st_uid != 0)
		return error_set(e, STATUS_CONFIG, "%s: belongs to uid %ju; chown it to this user",
			path, (uintmax_t)st->st_uid);
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return error_set(e, STATUS_CONFIG,
			"%s: others may write it (mode %04o); run: chmod go-w %s", path,
			(unsigned)st->st_mode & 07777, path);
	return STATUS_OK;
}

enum status file_check_owned(const char *path, const struct stat *st, struct error *e)
{
	char *folder = realpath(path, NULL);
	struct stat folder_st;
	enum status rc = check_owned(path, st, e);
	char *slash;

	if (rc != STATUS_OK)
		goto out;
	if (!folder) {
		rc = error_system(e, path);
		goto out;
	}
	slash = strrchr(folder, '/');
	slash[slash == folder] = '\0';
	if (stat(folder, &folder_st) < 0)
		rc = error_system(e, folder);
	else
		rc = check_owned(folder, &folder_st, e);
out:
	free(folder);
	return rc;
}
