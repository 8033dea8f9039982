#include "installed.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

bool installed_find(
	const char *module, const char *root, const struct libpam *lib, char *path, size_t size)
{
	if (module[0] == '/') {
		snprintf(path, size, "%s%s", root, module);
		return access(path, R_OK) == 0;
	}
	for (size_t i = 0; i < sizeof(lib->folders) / sizeof(lib->folders[0]); i++) {
		snprintf(path, size, "%s%s/%s", root, lib->folders[i], module);
		if (lib->folders[i][0] && access(path, R_OK) == 0)
			return true;
	}
	return false;
}

void installed_mark(struct stack *s, const char *root, const struct libpam *lib)
{
	char path[4096];

	for (int type = 0; type < N_STACK_TYPES; type++)
		for (size_t i = 0; i < s->of[type].n; i++) {
			struct stack_line *line = s->of[type].line[i];

			line->missing = line->kind == STACK_MODULE &&
				!installed_find(line->module, root, lib, path, sizeof(path));
		}
}

bool installed_loads(const char *path, char *why, size_t size)
{
	int ends[2], status = -1;
	ssize_t n;
	pid_t child;

	*why = '\0';
	if (pipe2(ends, O_CLOEXEC) != 0)
		return true; /* nothing is known */
	child = fork();
	if (child == 0) {
		void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
		const char *error = module ? "" : dlerror();

		_exit(write(ends[1], error, strlen(error)) != (ssize_t)strlen(error) || !module);
	}
	close(ends[1]);
	n = read(ends[0], why, size - 1);
	why[n > 0 ? n : 0] = '\0';
	close(ends[0]);
	return child < 0 || waitpid(child, &status, 0) != child || status == 0;
}
