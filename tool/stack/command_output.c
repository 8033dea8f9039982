#include "command_output.h"

#include "monotonic.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST ((size_t)256 << 10)
#define MOST_MS 10000

const char *command_find(const char *const paths[])
{
	while (*paths && access(*paths, X_OK) != 0)
		paths++;
	return *paths;
}

_Noreturn static void become(const char *const argv[], int out, int errors)
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C";
	char *const environment[] = {path, locale, NULL};
	const struct sigaction dfl = {.sa_handler = SIG_DFL};
	int null = open("/dev/null", O_RDONLY);

	sigaction(SIGPIPE, &dfl, NULL);
	sigaction(SIGXFSZ, &dfl, NULL);
	if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
		dup2(errors, STDERR_FILENO) >= 0)
		execve(argv[0], (char *const *)argv, environment);
	_exit(127);
}

/* Reads until both ends are closed, it is too much, or the time is over. */
static bool collect(int out, int errors, struct secret *text, char *why, size_t size)
{
	int64_t end = monotonic_ms() + MOST_MS;
	struct pollfd fds[] = {{.fd = out, .events = POLLIN}, {.fd = errors, .events = POLLIN}};
	size_t used = 0;
	char chunk[4096];

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		int64_t left = end - monotonic_ms();

		if (left <= 0 || (poll(fds, 2, (int)left) < 0 && errno != EINTR))
			return false;
		for (int i = 0; i < 2; i++) {
			ssize_t n = fds[i].revents ? read(fds[i].fd, chunk, sizeof(chunk)) : -2;

			if (n == 0 || n == -1)
				fds[i].fd = -1;
			if (n <= 0)
				continue;
			if (i == 0 && text->size + (size_t)n > MOST)
				return false;
			if (i == 0)
				secret_add(text, chunk, (size_t)n);
			else
				used += (size_t)snprintf(used < size ? why + used : why,
					used < size ? size - used : 0, "%.*s", (int)n, chunk);
		}
	}
	return true;
}

bool command_output(const char *const argv[], struct secret *out, char *why, size_t size)
{
	int outs[2], errors[2], status = -1;
	bool read_all;
	pid_t child;

	*out = (struct secret){0};
	*why = '\0';
	if (pipe2(outs, O_CLOEXEC) != 0)
		return false;
	if (pipe2(errors, O_CLOEXEC) != 0 || !secret_make(out, MOST)) {
		close(outs[0]);
		close(outs[1]);
		return false;
	}
	child = fork();
	if (child == 0)
		become(argv, outs[1], errors[1]);
	close(outs[1]);
	close(errors[1]);
	read_all = child > 0 && collect(outs[0], errors[0], out, why, size);
	close(outs[0]);
	close(errors[0]);
	if (child > 0 && !read_all)
		kill(child, SIGKILL);
	if (child > 0)
		waitpid(child, &status, 0);
	why[strcspn(why, "\r\n")] = '\0';
	if (!*why)
		snprintf(why, size, "ended with %d", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	return read_all && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
