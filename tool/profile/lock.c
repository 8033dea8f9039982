#include "lock.h"

#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Beside the file that is meant, whatever symlinks lead to it: ".credentials.aws-mfa-lock". */
static char *lock_path(const char *path, struct error *e)
{
	char *real = realpath(path, NULL);
	char *lock = NULL;
	char *base;

	if (real) {
		base = strrchr(real, '/') + 1;
		if (asprintf(&lock, "%.*s.%s.aws-mfa-lock", (int)(base - real), real, base) < 0)
			lock = NULL;
	}
	if (!lock)
		error_set(e, STATUS_CONFIG, "%s: %s", path, strerror(errno));
	free(real);
	return lock;
}

static int lock_open(const char *path, struct error *e)
{
	char *lock = lock_path(path, e);
	struct stat st, lock_st;
	int fd;

	if (!lock)
		return -1;
	/* O_NOFOLLOW, regular: nobody shall have us create or hold open a file elsewhere. */
	fd = open(lock, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
	if (fd < 0) {
		error_set(e, STATUS_CONFIG, "%s: %s; the folder must be writable", lock,
			strerror(errno));
	} else if (fstat(fd, &lock_st) < 0 || !S_ISREG(lock_st.st_mode)) {
		error_set(e, STATUS_CONFIG, "%s: is not a regular file; remove it", lock);
		close(fd);
		fd = -1;
	} else if (geteuid() == 0 && stat(path, &st) == 0 && st.st_uid != lock_st.st_uid &&
		fchown(fd, st.st_uid, st.st_gid) < 0) {
		/* Made by root, it would shut out the file's owner. */
		error_set(e, STATUS_CONFIG, "%s: %s", lock, strerror(errno));
		close(fd);
		fd = -1;
	}
	free(lock);
	return fd;
}

/*
 * A section's byte in the lock file: FNV-1a, never 0, which is the file's own. Two sections on
 * one byte only wait for each other.
 */
static off_t lock_byte(const char *section)
{
	uint64_t hash = 14695981039346656037U;

	if (!section)
		return 0;
	for (; *section; section++)
		hash = (hash ^ (unsigned char)*section) * 1099511628211U;
	return (off_t)(1 + hash % 0x7fffffff);
}

int lock_take(const char *path, const char *section, int64_t deadline_ms, struct error *e)
{
	struct flock range = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = lock_byte(section), .l_len = 1};
	struct timespec pause = {.tv_nsec = 2000000};
	int fd = lock_open(path, e);

	if (fd < 0)
		return -1;
	/* Asked again and again, since the waiting form of fcntl() has no deadline. */
	while (fcntl(fd, F_OFD_SETLK, &range) < 0) {
		if (errno != EAGAIN && errno != EACCES && errno != EINTR) {
			error_set(e, STATUS_CONFIG, "%s: cannot be locked: %s", path,
				strerror(errno));
			close(fd);
			return -1;
		}
		if (monotonic_ms() >= deadline_ms) {
			error_set(e, STATUS_SYSTEM,
				"%s: another aws-mfa is working on %s%s%s and has not ended in "
				"time; try again",
				path, section ? "[" : "the file", section ? section : "",
				section ? "]" : "");
			close(fd);
			return -1;
		}
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < 50000000)
			pause.tv_nsec *= 2;
	}
	return fd;
}
