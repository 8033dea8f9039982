#include "threads.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* More than /proc normally shows. A longer list of control groups counts as another group. */
#define TEXT_SIZE 4096

/* Reads /proc/self/task/THREAD/FILE and adds a NUL. Returns false with errno set. */
static bool read_text(const char *thread, const char *file, char text[static TEXT_SIZE])
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%.20s/%s", thread, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, TEXT_SIZE - 1);
	text[n > 0 ? n : 0] = '\0';
	close(fd);
	if (n == 0)
		errno = ENODATA;
	else if (n == TEXT_SIZE - 1)
		errno = E2BIG;
	return n > 0 && n < TEXT_SIZE - 1;
}

/*
 * State D is a wait for memory or a disk; memory.high and io.max make this wait long. In state R
 * the thread wants to run; cpu.max may prevent it.
 */
static bool is_held_up(const char *thread, const char *own_groups)
{
	char text[TEXT_SIZE];
	const char *state;

	if (!read_text(thread, "stat", text))
		return errno != ENOENT && errno != ESRCH; /* false: the thread has ended */
	state = strrchr(text, ')');
	if (!state || strncmp(state, ") S", 3) != 0)
		return true;
	if (!read_text(thread, "cgroup", text))
		return errno != ENOENT && errno != ESRCH;
	return strcmp(text, own_groups) != 0;
}

bool threads_are_held_up(void)
{
	char self[24], own_groups[TEXT_SIZE];
	bool held_up = false;
	const struct dirent *entry;
	DIR *threads;

	snprintf(self, sizeof(self), "%ld", (long)gettid());
	threads = opendir("/proc/self/task");
	if (!threads)
		return true;
	held_up = !read_text(self, "cgroup", own_groups);
	while (!held_up && (errno = 0, entry = readdir(threads)) != NULL)
		held_up = entry->d_name[0] != '.' && strcmp(entry->d_name, self) != 0 &&
			is_held_up(entry->d_name, own_groups);
	closedir(threads);
	return held_up;
}
