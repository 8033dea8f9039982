#include "room.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

bool room_is_lacking(int error)
{
	return error == ENOSPC || error == EDQUOT || error == EFBIG;
}

static bool is_definite(int error)
{
	return room_is_lacking(error) || error == EROFS || error == EACCES || error == EPERM;
}

/*
 * Not fallocate(): most file systems allocate disk blocks for written bytes much later. The file is
 * gone before that, so no block is allocated and freed again.
 */
static int write_nothing(int fd, off_t size)
{
	static char nothing[16384];

	while (size > 0) {
		size_t n = size < (off_t)sizeof(nothing) ? (size_t)size : sizeof(nothing);
		ssize_t done = write(fd, nothing, n);

		if (done < 0 && errno != EINTR)
			return errno;
		size -= done > 0 ? done : 0;
	}
	return 0;
}

int room_try(int folder, off_t size)
{
	/* Some file systems do not support O_TMPFILE. */
	int fd = openat(folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	int error = fd < 0 ? errno : write_nothing(fd, size);

	if (fd >= 0)
		close(fd);
	return is_definite(error) ? error : 0;
}
