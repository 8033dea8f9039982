#include "prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define N_CAUGHT 4

static const int caught_signals[N_CAUGHT] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP};
static volatile sig_atomic_t caught_signal;

static void on_signal(int number)
{
	caught_signal = number;
}

int prompt_open(void)
{
	return open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
}

static void put(int tty, const char *s)
{
	size_t len = strlen(s);

	while (len > 0) {
		ssize_t n = write(tty, s, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		s += n;
		len -= (size_t)n;
	}
}

/* Signals are let in as waiting says, and while waiting only: none can slip in just before. */
static enum status read_line(int tty, char *answer, size_t size, const struct prompt_watch *watch,
	const sigset_t *waiting, struct error *e)
{
	struct pollfd fds[2] = {
		{.fd = tty, .events = POLLIN}, {.fd = watch ? watch->fd : -1, .events = POLLIN}};
	bool whole = true;
	size_t len = 0;

	for (;;) {
		char c;
		ssize_t n;

		if (ppoll(fds, 2, NULL, waiting) < 0) {
			if (errno != EINTR)
				return error_system(e, "/dev/tty");
			fds[0].revents = fds[1].revents = 0;
		}
		if (caught_signal)
			return error_set(
				e, STATUS_USAGE, "no answer was given; nothing was changed");
		if (fds[1].revents) {
			enum status rc = watch->ready(watch->arg, e);

			if (rc != STATUS_OK)
				return rc;
		}
		if (!fds[0].revents)
			continue;
		/* By the byte: what is typed behind the newline is for the shell. */
		n = read(tty, &c, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return error_set(
				e, STATUS_USAGE, "no answer was given; nothing was changed");
		if (c == '\n')
			break;
		whole = whole && len + 1 < size && c != '\0';
		if (whole)
			answer[len++] = c;
	}
	answer[whole ? len : 0] = '\0';
	return STATUS_OK;
}

enum status prompt_ask(int tty, const char *question, bool hidden, char *answer, size_t size,
	const struct prompt_watch *watch, struct error *e)
{
	struct termios before, quiet;
	struct sigaction catch = {.sa_handler = on_signal}, old[N_CAUGHT];
	sigset_t block, before_block;
	enum status rc;

	if (hidden && tcgetattr(tty, &before) < 0)
		return error_system(e, "/dev/tty");
	if (hidden) {
		/* ^C must not leave the terminal without echo: restore first, then obey. */
		caught_signal = 0;
		sigemptyset(&block);
		for (size_t i = 0; i < N_CAUGHT; i++)
			sigaddset(&block, caught_signals[i]);
		sigprocmask(SIG_BLOCK, &block, &before_block);
		for (size_t i = 0; i < N_CAUGHT; i++)
			sigaction(caught_signals[i], &catch, &old[i]);
		quiet = before;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(tty, TCSAFLUSH, &quiet);
	}
	put(tty, question);
	rc = read_line(tty, answer, size, watch, hidden ? &before_block : NULL, e);
	if (rc != STATUS_OK)
		tcflush(tty, TCIFLUSH); /* a half-typed code is not for the shell */
	if (hidden || rc != STATUS_OK)
		put(tty, "\n");
	if (hidden) {
		tcsetattr(tty, TCSANOW, &before);
		for (size_t i = 0; i < N_CAUGHT; i++)
			sigaction(caught_signals[i], &old[i], NULL);
		sigprocmask(SIG_SETMASK, &before_block, NULL);
		if (caught_signal)
			raise(caught_signal);
	}
	return rc;
}
