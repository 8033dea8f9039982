#include "store.h"

#include "file.h"
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_all(int fd, const struct bytes *b)
{
	for (size_t done = 0; done < b->size;) {
		ssize_t n = write(fd, b->data + done, b->size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

/* A file that holds b, of the owner and mode of old, safe on disk. */
static bool write_new(int folder, const char *name, const struct bytes *b, const struct stat *old)
{
	bool good;
	int fd;

	/* One fixed name, and only under the file's lock: what a killed run left goes here. */
	if (unlinkat(folder, name, 0) < 0 && errno != ENOENT)
		return false;
	/* Closed to others until it has its owner, for it holds everybody's keys already then. */
	fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	good = write_all(fd, b) &&
		((old->st_uid == geteuid() && old->st_gid == getegid()) ||
			fchown(fd, old->st_uid, old->st_gid) == 0) &&
		fchmod(fd, old->st_mode & 07777) == 0 && fsync(fd) == 0;
	if (!good) {
		int saved = errno;

		unlinkat(folder, name, 0);
		errno = saved;
	}
	close(fd);
	return good;
}

/* Replaces the file real (no symlink) by b. */
static enum status replace(
	const char *real, const struct bytes *b, const struct stat *old, struct error *e)
{
	const char *base = strrchr(real, '/') + 1;
	char *folder_path = strndup(real, (size_t)(base - real));
	char *name = NULL;
	enum status rc = STATUS_OK;
	int folder = -1;

	if (!folder_path || asprintf(&name, ".%s.aws-mfa-new", base) < 0) {
		name = NULL;
		rc = error_set(e, STATUS_NOT_STORED, "%s: %s", real, strerror(errno));
		goto out;
	}
	folder = open(folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0 || !write_new(folder, name, b, old)) {
		rc = error_set(e, STATUS_NOT_STORED, "%s%s: cannot be written: %s", folder_path,
			name, strerror(errno));
	} else if (renameat(folder, name, folder, base) < 0) {
		rc = error_set(
			e, STATUS_NOT_STORED, "%s: cannot be replaced: %s", real, strerror(errno));
		unlinkat(folder, name, 0);
	} else {
		fsync(folder); /* the new file is whole on disk; at worst a power cut undoes us */
	}
out:
	if (folder >= 0)
		close(folder);
	free(folder_path);
	free(name);
	return rc;
}

enum status store_pairs(const char *path, const char *section, const struct ini_pair *pairs,
	size_t n_pairs, int64_t deadline_ms, struct error *e)
{
	char *real = realpath(path, NULL);
	struct bytes bytes = {0}, edited = {0};
	struct ini ini = {0};
	struct stat st;
	bool missing;
	enum status rc;
	int lock = -1;

	if (!real)
		return error_set(e, STATUS_NOT_STORED, "%s: %s", path, strerror(errno));
	lock = lock_take(real, NULL, deadline_ms, e);
	rc = lock < 0 ? e->status : file_read(real, &bytes, &st, &missing, e);
	if (rc == STATUS_OK && missing)
		rc = error_set(e, STATUS_NOT_STORED, "%s: has gone meanwhile", real);
	if (rc == STATUS_OK)
		rc = ini_parse(&ini, real, &bytes, NULL, NULL, e);
	if (rc == STATUS_OK)
		rc = ini_set(&ini, section, pairs, n_pairs, &edited, e);
	if (rc == STATUS_OK)
		rc = replace(real, &edited, &st, e);
	if (rc != STATUS_OK)
		e->status = rc = STATUS_NOT_STORED;
	if (lock >= 0)
		close(lock);
	bytes_free(&bytes);
	bytes_free(&edited);
	ini_free(&ini);
	free(real);
	return rc;
}

enum status store_session(const char *path, const char *section, const char *role,
	const struct session *session, int64_t deadline_ms, struct error *e)
{
	char expiration[32];
	struct tm tm;
	const struct ini_pair pairs[] = {
		{"assumed_role", role ? "True" : "False"},
		{"assumed_role_arn", role},
		{"aws_access_key_id", session->access_key_id},
		{"aws_secret_access_key", session->secret_access_key},
		{"aws_session_token", session->session_token},
		/* Equal to the session token: botocore prefers it, so a stale one breaks all. */
		{"aws_security_token", session->session_token},
		{"expiration", expiration},
	};

	gmtime_r(&session->expiration, &tm);
	strftime(expiration, sizeof(expiration), "%Y-%m-%d %H:%M:%S", &tm);
	return store_pairs(path, section, pairs, sizeof(pairs) / sizeof(pairs[0]), deadline_ms, e);
}
