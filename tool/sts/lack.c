#include "lack.h"

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#define NEEDED 4

bool lack_of_descriptors(void)
{
	int fds[NEEDED];
	size_t n = 0;

	while (n < NEEDED && (fds[n] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) >= 0)
		n++;
	for (size_t i = 0; i < n; i++)
		close(fds[i]);
	return n < NEEDED;
}

/* A name look-up needs a UDP port, and a connection needs a TCP port. */
static bool has_no_port(int family, int type)
{
	const struct sockaddr_in6 any = {.sin6_family = (sa_family_t)family};
	int fd = socket(family, type | SOCK_CLOEXEC, 0);
	bool lacking;

	if (fd < 0)
		return false;
	lacking = bind(fd, (const struct sockaddr *)&any, sizeof(any)) != 0 && errno == EADDRINUSE;
	close(fd);
	return lacking;
}

bool lack_of_ports(void)
{
	return has_no_port(AF_INET, SOCK_STREAM) || has_no_port(AF_INET, SOCK_DGRAM) ||
		has_no_port(AF_INET6, SOCK_STREAM) || has_no_port(AF_INET6, SOCK_DGRAM);
}

static void *end_at_once(void *nothing)
{
	return nothing;
}

bool lack_of_threads(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, end_at_once, NULL) != 0)
		return true;
	pthread_join(thread, NULL);
	return false;
}
