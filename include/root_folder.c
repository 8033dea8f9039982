#include "root_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OTHERS_WRITE (S_IWGRP | S_IWOTH)
#define HOW (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* Is the folder fd as it must be? The first len bytes of path lead to it. */
static bool is_roots(
	int fd, const char *path, size_t len, mode_t forbidden, char *error, size_t size)
{
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0) {
		int why = errno;

		snprintf(error, size,
			why == ENOTDIR ? "%.*s: is not a folder (a symlink does not count)"
				       : "%.*s: %m",
			(int)len, path);
		errno = why;
		return false;
	}
	if (st.st_uid == 0 && !(st.st_mode & forbidden))
		return true;
	if (st.st_uid != 0)
		snprintf(error, size, "%.*s: belongs to uid %u; run: chown root %.*s", (int)len,
			path, (unsigned)st.st_uid, (int)len, path);
	else if (path[len] && st.st_mode & S_ISVTX && st.st_mode & forbidden & OTHERS_WRITE)
		snprintf(error, size,
			"%.*s: has mode %04o: others can make names in it; move what is below it to "
			"another folder",
			(int)len, path, st.st_mode & 07777);
	else
		snprintf(error, size, "%.*s: has mode %04o; run: chmod %s %.*s", (int)len, path,
			st.st_mode & 07777, forbidden & S_IROTH ? "700" : "go-w", (int)len, path);
	errno = EPERM;
	return false;
}

int root_folder_open(const char *path, mode_t forbidden, char *error, size_t size)
{
	size_t done = 1; /* bytes of path that lead to fd */
	int fd = open("/", HOW);
	bool ok = is_roots(fd, path, done, OTHERS_WRITE, error, size);

	while (ok && path[done]) {
		char name[NAME_MAX + 1];
		size_t len = strcspn(path + done, "/");
		int below;

		snprintf(name, sizeof(name), "%.*s", (int)len, path + done);
		below = openat(fd, name, HOW);
		ok = is_roots(below, path, done + len,
			OTHERS_WRITE | (path[done + len] ? 0 : forbidden), error, size);
		if (below >= 0) {
			close(fd);
			fd = below;
		}
		done += len + (path[done + len] == '/');
	}
	if (!ok && fd >= 0) {
		int why = errno;

		close(fd);
		errno = why;
		return -1;
	}
	return fd;
}
