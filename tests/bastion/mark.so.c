/*
 * Leaves a mark in /tmp/evil/marks when a program loads it: by LD_PRELOAD, or as an auditor by
 * LD_AUDIT.
 */
#include <fcntl.h>
#include <unistd.h>

static void __attribute__((constructor)) leave_mark(void)
{
	int fd = open("/tmp/evil/marks", O_WRONLY | O_APPEND | O_CLOEXEC);

	if (fd < 0 || write(fd, "x", 1) != 1)
		_exit(99);
	close(fd);
}

unsigned int la_version(unsigned int version);

unsigned int la_version(unsigned int version)
{
	return version;
}
