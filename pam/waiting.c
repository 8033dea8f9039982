/* A uid may have 32 bits, and a byte of the file stands for each of its places. */
#if __SIZEOF_LONG__ < 8 && !defined _FILE_OFFSET_BITS
#define _FILE_OFFSET_BITS 64
#endif

#include "waiting.h"

#include "paths.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The file stays empty: a lock needs no byte.
 *
 * Locks one of n bytes from `first` on. Begins the search anywhere, because it is long if all begin
 * with the first byte. Returns 0, EAGAIN if none is left, or why it failed.
 */
static int take_one(int fd, off_t first, unsigned n, uint32_t random)
{
	for (unsigned i = 0; i < n; i++) {
		struct flock lock = {
			.l_type = F_WRLCK,
			.l_whence = SEEK_SET,
			.l_start = first + (off_t)((random % n + i) % n),
			.l_len = 1,
		};

		/* The lock belongs to the descriptor: two threads of an application differ. */
		if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
			return 0;
		if (errno != EAGAIN && errno != EACCES)
			return errno;
	}
	return EAGAIN;
}

static int take_own(int fd, const struct waiting_login *l, uint32_t random)
{
	if (!l->local)
		return take_one(fd, WAITING_TARGETS + (off_t)l->target * WAITING_OF_TARGET,
			WAITING_OF_TARGET, random);
	if (l->caller == 0)
		return 0;
	return take_one(fd, WAITING_CALLERS + (off_t)l->caller * WAITING_OF_CALLER,
		WAITING_OF_CALLER, random);
}

static int take_of_all(int fd, const struct waiting_login *l, uint32_t random)
{
	int rc = take_one(fd, WAITING_ALL, WAITING_OF_ALL, random);

	if (rc == EAGAIN && (l->target == 0 || (l->local && l->caller == 0)))
		rc = take_one(fd, WAITING_ROOT, WAITING_OF_ROOT, random);
	return rc;
}

static bool is_ours(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
		st.st_nlink != 1 || st.st_mode & (S_IRWXG | S_IRWXO))
		return false;
	/* Threat: a umask of 0777 makes it, and then root needs a capability to open it. */
	return (st.st_mode & S_IRWXU) == (S_IRUSR | S_IWUSR) || fchmod(fd, 0600) == 0;
}

int waiting_take(int folder, const char *name, const struct waiting_login *login, uint32_t random,
	char *error, size_t size)
{
	int fd = openat(folder, name,
		O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0600);
	int rc;

	if (fd < 0) {
		snprintf(error, size, "%s: %m%s", name,
			errno == EROFS ? "; the unit of this service needs "
					 "ReadWritePaths=-" AWS_MFA_RUN_DIR
				       : "");
		return -1;
	}
	if (!is_ours(fd)) {
		snprintf(error, size, "%s is not a file of root with mode 0600", name);
		goto failed;
	}
	rc = take_own(fd, login, random);
	if (rc == EAGAIN) {
		snprintf(error, size, "%d logins %s wait for a code already",
			login->local ? WAITING_OF_CALLER : WAITING_OF_TARGET,
			login->local ? "of this caller" : "to this account");
		goto failed;
	}
	if (rc == 0)
		rc = take_of_all(fd, login, random);
	if (rc == 0)
		return fd;
	if (rc == EAGAIN) {
		snprintf(error, size, "%d logins wait for a code already", WAITING_OF_ALL);
	} else {
		errno = rc;
		snprintf(error, size, "%s: cannot lock: %m", name);
	}
failed:
	close(fd);
	return -1;
}
