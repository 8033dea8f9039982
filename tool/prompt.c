#include "prompt.h"

#include "text/write_all.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/*
 * A prompt ends or pauses by an answer, ^C, ^Z or a signal. In every case it MUST guarantee:
 *
 * 1. The terminal has its old modes again.
 * 2. A half-typed answer does not reach the shell.
 * 3. A terminal that belongs to another job is not changed.
 */

/* The last four pause the prompt. The question is repeated afterwards. */
static const int caught_signals[] = {
	SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT};
#define N_CAUGHT (sizeof(caught_signals) / sizeof(caught_signals[0]))

static volatile sig_atomic_t end_signal, pause_signal;

static void on_signal(int number)
{
	switch (number) {
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
	case SIGCONT:
		pause_signal = number;
		break;
	default:
		end_signal = number;
	}
}

/* A terminal while a question is on it. */
struct asking {
	int tty;
	bool hidden;
	bool quiet; /* echo is off; before has the old modes */
	struct termios before;
	sigset_t before_block;
	struct sigaction before_catch[N_CAUGHT];
};

int prompt_open(void)
{
	return open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
}

static void put(int tty, const char *s)
{
	write_all(tty, s, strlen(s));
}

static bool is_ours(int tty)
{
	return tcgetpgrp(tty) == getpgrp();
}

/* After this, signals arrive only while read_line() waits. */
static void catch_signals(struct asking *a)
{
	struct sigaction catch = {.sa_handler = on_signal};
	sigset_t block;

	sigfillset(&catch.sa_mask);
	sigemptyset(&block);
	for (size_t i = 0; i < N_CAUGHT; i++)
		sigaddset(&block, caught_signals[i]);
	sigprocmask(SIG_BLOCK, &block, &a->before_block);
	end_signal = pause_signal = 0;
	for (size_t i = 0; i < N_CAUGHT; i++) {
		sigaction(caught_signals[i], &catch, &a->before_catch[i]);
		/* nohup, and shells without job control, ignore some signals: keep that. */
		if (a->before_catch[i].sa_handler == SIG_IGN)
			sigaction(caught_signals[i], &a->before_catch[i], NULL);
	}
}

static void release_signals(struct asking *a)
{
	for (size_t i = 0; i < N_CAUGHT; i++)
		sigaction(caught_signals[i], &a->before_catch[i], NULL);
	sigprocmask(SIG_SETMASK, &a->before_block, NULL);
}

/*
 * Waits until this job has the terminal: in the background tcdrain() stops the process. Read the
 * modes only after that; before, they are those of the line editor of the shell.
 */
static enum status begin(struct asking *a, struct error *e)
{
	struct termios quiet;
	int rc;

	do
		rc = tcdrain(a->tty);
	while (rc < 0 && errno == EINTR);
	catch_signals(a);
	if (rc < 0 || !is_ours(a->tty)) {
		release_signals(a);
		return error_set(e, STATUS_USAGE,
			"/dev/tty: cannot ask: this program is in the background, or the "
			"terminal is gone; run it in the foreground");
	}
	if (!a->hidden)
		return STATUS_OK;
	if (!a->quiet && tcgetattr(a->tty, &a->before) < 0) {
		release_signals(a);
		return error_system(e, "/dev/tty");
	}
	quiet = a->before;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(a->tty, TCSAFLUSH, &quiet);
	a->quiet = true;
	return STATUS_OK;
}

/* flush discards a half-typed answer. SIGTTOU is blocked, so the process does not stop here. */
static void end(struct asking *a, bool flush, bool newline)
{
	if (is_ours(a->tty)) {
		if (flush)
			tcflush(a->tty, TCIFLUSH);
		if (newline)
			put(a->tty, "\n");
		if (a->quiet)
			tcsetattr(a->tty, TCSANOW, &a->before);
		a->quiet = false;
	}
	release_signals(a);
}

static enum status no_answer(struct error *e)
{
	return error_set(e, STATUS_USAGE, "no answer was given; nothing was changed");
}

/* Adds c. If the answer gets too long or has a NUL, empties it: a cut line could look valid. */
static void add(struct secret *answer, char c, bool *whole)
{
	*whole = *whole && answer->size < ANSWER_MAX && c != '\0';
	if (*whole)
		secret_add(answer, &c, 1);
	else
		secret_clear(answer);
}

/* Waits, and looks at what is watched. *typed: there is something to read from the terminal. */
static enum status await(
	const struct asking *a, const struct prompt_watch *watch, bool *typed, struct error *e)
{
	enum { MOST = 1 + PROMPT_WATCHES };
	struct pollfd fds[MOST] = {{.fd = a->tty, .events = POLLIN}};
	enum status rc = STATUS_OK;
	nfds_t n = 1;

	for (const struct prompt_watch *w = watch; w && n < MOST; w = w->next)
		fds[n++] = (struct pollfd){.fd = w->fd, .events = POLLIN};
	if (ppoll(fds, n, NULL, &a->before_block) < 0) {
		if (errno != EINTR)
			return error_system(e, "/dev/tty");
		for (nfds_t i = 0; i < MOST; i++)
			fds[i].revents = 0;
	}
	if (end_signal || pause_signal)
		return no_answer(e);
	*typed = fds[0].revents != 0;
	n = 1;
	for (const struct prompt_watch *w = watch; w && n < MOST && rc == STATUS_OK; w = w->next)
		if (fds[n++].revents)
			rc = w->ready(w->arg, e);
	return rc;
}

/* Reads one line. Returns without an answer after a signal. */
static enum status read_line(const struct asking *a, struct secret *answer,
	const struct prompt_watch *watch, struct error *e)
{
	bool whole = true;

	for (;;) {
		bool typed = false;
		char c;
		ssize_t n;
		enum status rc = await(a, watch, &typed, e);

		if (rc != STATUS_OK)
			return rc;
		if (!typed)
			continue;
		/* In the background now, without a signal: the input is for another job. */
		if (!is_ours(a->tty)) {
			pause_signal = SIGTTIN;
			return no_answer(e);
		}
		/* Read single bytes: input after the newline is for the shell. */
		n = read(a->tty, &c, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return no_answer(e);
		if (c == '\n')
			break;
		add(answer, c, &whole);
	}
	return STATUS_OK;
}

enum status prompt_ask(int tty, const char *question, bool hidden, struct secret *answer,
	const struct prompt_watch *watch, struct error *e)
{
	struct asking a = {.tty = tty, .hidden = hidden};

	if (!secret_make(answer, ANSWER_MAX))
		return error_system(e, "/dev/tty");
	for (;;) {
		enum status rc = begin(&a, e);

		if (rc != STATUS_OK)
			return rc;
		put(tty, question);
		rc = read_line(&a, answer, watch, e);
		if (rc != STATUS_OK)
			secret_clear(answer);
		end(&a, rc != STATUS_OK, hidden || rc != STATUS_OK);
		for (const struct prompt_watch *w = watch; w && end_signal; w = w->next)
			if (w->ending)
				w->ending(w->arg);
		if (end_signal)
			raise(end_signal);
		if (end_signal || !pause_signal)
			return rc;
		/* SIGCONT: SIGSTOP stopped the process, and it runs again. Ask again. */
		if (pause_signal != SIGCONT)
			raise(pause_signal);
	}
}

void prompt_discard(int tty)
{
	if (is_ours(tty))
		tcflush(tty, TCIFLUSH);
}

enum status prompt_read_stdin(struct secret *answer, struct error *e)
{
	bool whole = true;
	ssize_t n = 1;
	char c;

	if (!secret_make(answer, ANSWER_MAX))
		return error_system(e, "standard input");
	/* Threat: a line without end. Do not read on once it cannot be an answer. */
	while (whole && (n = read(STDIN_FILENO, &c, 1)) == 1 && c != '\n')
		add(answer, c, &whole);
	if (n < 0)
		return error_system(e, "standard input");
	return n == 0 && answer->size == 0 && whole ? no_answer(e) : STATUS_OK;
}
