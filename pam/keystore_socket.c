#include "keystore_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "monotonic.h"
#include "paths.h"
#include "root_folder.h"

#define PATIENCE_MS 2000
#define PAUSE_MS 50

#define NAME_OF(path) (&(path)[sizeof(AWS_MFA_RUN_DIR)])

/* Returns a connected socket, or -1 and errno. */
static int try_to_connect(void)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd, why;

	if (sizeof(AWS_MFA_KEYSTORE_SOCKET) > sizeof(to.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(to.sun_path, AWS_MFA_KEYSTORE_SOCKET, sizeof(AWS_MFA_KEYSTORE_SOCKET));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	why = errno;
	close(fd);
	errno = why;
	return -1;
}

/* One try. Returns 0, or errno with one line in error[size]. */
static int enter(int *fd, int *place, const struct waiting_login *login, char *error, size_t size)
{
	uint32_t random = 0;
	int folder, why;

	folder = root_folder_open(AWS_MFA_RUN_DIR, S_IWGRP | S_IWOTH, error, size);
	if (folder < 0)
		return errno;
	/* Without it, the search for a place takes longer. */
	(void)!getrandom(&random, sizeof(random), GRND_NONBLOCK);
	*place = waiting_take(folder, NAME_OF(AWS_MFA_WAITING), login, random, error, size);
	close(folder);
	if (*place < 0)
		return EBUSY;
	*fd = try_to_connect();
	if (*fd >= 0)
		return 0;
	why = errno;
	snprintf(error, size, AWS_MFA_KEYSTORE_SOCKET ": %m");
	close(*place);
	*place = -1;
	return why;
}

/* systemd may be starting the socket anew. EAGAIN: more connect at once than it has taken yet. */
static bool may_come(int why)
{
	return why == ENOENT || why == ECONNREFUSED || why == EAGAIN;
}

enum status keystore_connect(int *fd, int *place, const struct waiting_login *login, bool waits,
	bool *absent, char *error, size_t size)
{
	const int64_t deadline_ms = monotonic_ms() + (waits ? PATIENCE_MS : 0);
	int why;

	*fd = *place = -1;
	while (may_come(why = enter(fd, place, login, error, size)) && monotonic_ms() < deadline_ms)
		poll(NULL, 0, PAUSE_MS);
	*absent = may_come(why);
	if (why == 0)
		return STATUS_OK;
	if (why != ENOENT && why != ECONNREFUSED)
		return why == EPERM ? STATUS_CONFIG : STATUS_SYSTEM;
	snprintf(error, size,
		"nobody listens at " AWS_MFA_KEYSTORE_SOCKET
		"; as root, run: systemctl start aws-mfa-keystore.socket");
	return STATUS_CONFIG;
}
