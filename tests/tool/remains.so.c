/*
 * For LD_PRELOAD: finds what a program leaves in memory. Writes to the file $REMAINS: every block
 * when it is freed, and at exit all writable memory. Of the stack it writes only the part below the
 * environment: the part above was given to the program.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int file = -1;
static char *stack_end;
static void (*next_free)(void *);
static void *(*next_realloc)(void *, size_t);

static void keep(const char *from, size_t size)
{
	while (size > 0) {
		ssize_t n = write(file, from, size);

		if (n <= 0)
			abort();
		from += n;
		size -= (size_t)n;
	}
}

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("REMAINS");
	int low = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;

	stack_end = (char *)environ;
	next_realloc = (void *(*)(void *, size_t))dlsym(RTLD_NEXT, "realloc");
	next_free = (void (*)(void *))dlsym(RTLD_NEXT, "free");
	file = fcntl(low, F_DUPFD_CLOEXEC, 100); /* a number that the program does not use */
	if (low < 0 || file < 0)
		abort();
	close(low);
}

__attribute__((visibility("default"))) void free(void *block)
{
	if (block && file >= 0)
		keep(block, malloc_usable_size(block));
	if (next_free)
		next_free(block);
}

/* May move the block, and free the old place. */
__attribute__((visibility("default"))) void *realloc(void *block, size_t size)
{
	if (block && file >= 0)
		keep(block, malloc_usable_size(block));
	return next_realloc(block, size);
}

__attribute__((destructor)) static void end(void)
{
	static char maps[1 << 16];
	int list = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	size_t size = 0;
	ssize_t n;

	while ((n = read(list, maps + size, sizeof(maps) - 1 - size)) > 0)
		size += (size_t)n;
	close(list);
	for (char *line = maps; *line; line = strchr(line, '\n') + 1) {
		char *from, *to, mode[5];

		if (sscanf(line, "%p-%p %4s", (void **)&from, (void **)&to, mode) != 3)
			abort();
		if (from <= stack_end && stack_end < to)
			to = stack_end;
		if (strncmp(mode, "rw", 2) == 0)
			keep(from, (size_t)(to - from));
	}
	close(file);
	file = -1;
}
