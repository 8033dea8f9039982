#include "token_command.h"

#include "code.h"
#include "monotonic.h"
#include "own_process.h"
#include "text/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define OUTPUT_MAX 64 /* bytes: a code, and what stands around it */
#define END_MS 300    /* after SIGTERM, until SIGKILL */

/* SIGCHLD only wakes. SIGTTOU is blocked, so that tcsetpgrp() works in the background. */
static const int caught_signals[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCHLD};
#define N_CAUGHT (sizeof(caught_signals) / sizeof(caught_signals[0]))

static volatile sig_atomic_t end_signal;

static void on_signal(int number)
{
	if (number != SIGCHLD)
		end_signal = number;
}

struct job {
	char *const *words;
	const char *named;
	pid_t pid; /* also the number of its process group */
	bool running;
	int out;        /* what it prints */
	int no_exec;    /* an errno comes here if it cannot be run */
	int tty;        /* -1 without a terminal */
	bool has_modes; /* of the terminal, as they were before */
	struct termios modes;
	sigset_t before_block;
	struct sigaction before_catch[N_CAUGHT];
	int64_t deadline_ms;
};

static void catch_signals(struct job *j)
{
	struct sigaction catch = {.sa_handler = on_signal};
	sigset_t block;

	sigfillset(&catch.sa_mask);
	sigemptyset(&block);
	sigaddset(&block, SIGTTOU);
	for (size_t i = 0; i < N_CAUGHT; i++)
		sigaddset(&block, caught_signals[i]);
	sigprocmask(SIG_BLOCK, &block, &j->before_block);
	end_signal = 0;
	for (size_t i = 0; i < N_CAUGHT; i++) {
		sigaction(caught_signals[i], &catch, &j->before_catch[i]);
		if (j->before_catch[i].sa_handler == SIG_IGN && caught_signals[i] != SIGCHLD)
			sigaction(caught_signals[i], &j->before_catch[i], NULL);
	}
}

static void release_signals(const struct job *j)
{
	for (size_t i = 0; i < N_CAUGHT; i++)
		sigaction(caught_signals[i], &j->before_catch[i], NULL);
	sigprocmask(SIG_SETMASK, &j->before_block, NULL);
}

/* Gives the terminal to the command, if this job has it. */
static void lend_terminal(const struct job *j, pid_t to)
{
	if (j->tty >= 0 && tcgetpgrp(j->tty) == getpgrp())
		tcsetpgrp(j->tty, to);
}

/* A command that was stopped or ended may have left echo off. */
static void take_terminal_back(const struct job *j)
{
	if (j->tty < 0 || tcgetpgrp(j->tty) != j->pid)
		return;
	tcsetpgrp(j->tty, getpgrp());
	if (j->has_modes)
		tcsetattr(j->tty, TCSADRAIN, &j->modes);
}

/* In the child. Only returns to _exit(). */
static void become(const struct job *j, int out, int no_exec)
{
	static const char *const keys[] = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
		"AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"};
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int error;

	setpgid(0, 0);
	lend_terminal(j, getpid());
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		unsetenv(keys[i]);
	own_process_restore();
	if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
		own_process_pass_nothing(STDERR_FILENO) == 0) {
		release_signals(j);
		execvp(j->words[0], j->words);
	}
	error = errno;
	(void)!write(no_exec, &error, sizeof(error));
}

static enum status start(struct job *j, struct error *e)
{
	int out[2], no_exec[2];

	if (pipe2(out, O_CLOEXEC) != 0)
		return error_system(e, j->named);
	if (pipe2(no_exec, O_CLOEXEC) != 0) {
		close(out[0]);
		close(out[1]);
		return error_system(e, j->named);
	}
	j->out = out[0];
	j->no_exec = no_exec[0];
	fcntl(j->out, F_SETFL, O_NONBLOCK);
	fcntl(j->no_exec, F_SETFL, O_NONBLOCK);
	j->pid = fork();
	if (j->pid == 0) {
		become(j, out[1], no_exec[1]);
		_exit(127);
	}
	close(out[1]);
	close(no_exec[1]);
	if (j->pid < 0)
		return error_system(e, j->named);
	j->running = true;
	setpgid(j->pid, j->pid);
	lend_terminal(j, j->pid);
	return STATUS_OK;
}

/* Looks without reaping, so that no other process can get the number. */
static void look(const struct job *j, int what, siginfo_t *info)
{
	*info = (siginfo_t){0};
	waitid(P_PID, (id_t)j->pid, info, what | WNOHANG | WNOWAIT);
}

static bool has_ended(const siginfo_t *info)
{
	return info->si_pid != 0 && info->si_code != CLD_STOPPED;
}

/* Ends the command and its children. */
static void end_all(const struct job *j)
{
	int64_t end_ms = monotonic_ms() + END_MS;
	siginfo_t info;

	kill(-j->pid, SIGTERM);
	kill(-j->pid, SIGCONT);
	for (look(j, WEXITED, &info); !has_ended(&info) && monotonic_ms() < end_ms;
		look(j, WEXITED, &info))
		poll(NULL, 0, 5);
	kill(-j->pid, SIGKILL);
}

/* ^Z, or it asks in the background. This job stops, too, and goes on with the command. */
static void pause_both(struct job *j, int number)
{
	int64_t since_ms = monotonic_ms();

	waitpid(j->pid, NULL, WNOHANG | WUNTRACED); /* this stop is seen */
	take_terminal_back(j);
	release_signals(j);
	kill(0, number == SIGSTOP ? SIGTSTP : number);
	catch_signals(j);
	j->deadline_ms += monotonic_ms() - since_ms;
	lend_terminal(j, j->pid);
	kill(-j->pid, SIGCONT);
}

/* False: it is more than a code. */
static bool take_output(const struct job *j, struct secret *output)
{
	char chunk[OUTPUT_MAX + 1];
	ssize_t n = read(j->out, chunk, sizeof(chunk));
	bool fits = n <= 0 || output->size + (size_t)n <= OUTPUT_MAX;

	if (n > 0 && fits)
		secret_add(output, chunk, (size_t)n);
	explicit_bzero(chunk, sizeof(chunk));
	return fits;
}

static enum status not_a_code(const struct job *j, struct error *e)
{
	return error_set(e, STATUS_WRONG_CODE,
		"%s: the output of %s is not exactly six digits; nothing was sent", j->named,
		j->words[0]);
}

/* Waits until the command has ended. */
static enum status await(
	struct job *j, const struct prompt_watch *watch, struct secret *output, struct error *e)
{
	enum status rc = STATUS_OK;
	bool reads = true;

	while (rc == STATUS_OK) {
		struct pollfd fds[] = {{.fd = reads ? j->out : -1, .events = POLLIN},
			{.fd = watch->fd, .events = POLLIN}};
		int64_t left_ms = j->deadline_ms - monotonic_ms();
		const struct timespec left = {left_ms / 1000, left_ms % 1000 * 1000000};
		siginfo_t now;

		if (left_ms <= 0)
			return error_set(e, STATUS_USAGE, "%s: %s printed no code within %d s",
				j->named, j->words[0], TOKEN_COMMAND_SECONDS);
		if (ppoll(fds, 2, &left, &j->before_block) < 0)
			fds[0].revents = fds[1].revents = 0;
		if (end_signal)
			return error_set(e, STATUS_USAGE, "%s: interrupted", j->named);
		look(j, WEXITED | WSTOPPED, &now);
		if (fds[0].revents || has_ended(&now))
			rc = take_output(j, output) ? STATUS_OK : not_a_code(j, e);
		if (has_ended(&now))
			return rc;
		/* The end of the pipe shows all the time. SIGCHLD tells the end of the command. */
		reads = reads && !(fds[0].revents & POLLHUP && !(fds[0].revents & POLLIN));
		if (now.si_pid != 0)
			pause_both(j, now.si_status);
		if (rc == STATUS_OK && fds[1].revents)
			rc = watch->ready(watch->arg, e);
	}
	return rc;
}

/*
 * Reaps the command; *status is as of waitpid(). Returns the signal that is to end this process,
 * too, or 0. The terminal sends ^C to the command alone, and means both.
 */
static int finish(const struct job *j, bool ended, int *status)
{
	siginfo_t info = {0};
	int number = end_signal;

	if (!j->running)
		return number;
	look(j, WEXITED, &info);
	if (number == 0 && ended && info.si_code != CLD_EXITED && info.si_status == SIGINT)
		number = SIGINT;
	if (!ended || number != 0)
		end_all(j);
	while (waitpid(j->pid, status, 0) < 0 && errno == EINTR)
		;
	take_terminal_back(j);
	return number;
}

/* What the end of the command means. */
static enum status judge(const struct job *j, int status, struct error *e)
{
	int error;

	if (read(j->no_exec, &error, sizeof(error)) == sizeof(error))
		return error_set(e, STATUS_CONFIG, "%s: %s cannot be run: %s", j->named,
			j->words[0], strerror(error));
	if (WIFSIGNALED(status))
		return error_set(e, STATUS_USAGE, "%s: %s was ended by signal %d (%s)", j->named,
			j->words[0], WTERMSIG(status), strsignal(WTERMSIG(status)));
	if (WEXITSTATUS(status) != 0)
		return error_set(e, STATUS_USAGE, "%s: %s ended with status %d", j->named,
			j->words[0], WEXITSTATUS(status));
	return STATUS_OK;
}

/* Moves the code from output to *code. */
static enum status take_code(
	const struct job *j, const struct secret *output, struct secret *code, struct error *e)
{
	static const char blanks[] = " \t\r\n";
	const char *from = output->data + strspn(output->data, blanks);
	size_t len = strcspn(from, blanks);

	if (len != CODE_DIGITS ||
		from + len + strspn(from + len, blanks) != output->data + output->size)
		return not_a_code(j, e);
	secret_add(code, from, len);
	return code_is_exact(code->data) ? STATUS_OK : not_a_code(j, e);
}

static void forget(const struct job *j)
{
	const int fds[] = {j->out, j->no_exec, j->tty};

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

enum status token_command_run(char *const words[], const char *named,
	const struct prompt_watch *watch, struct secret *code, struct error *e)
{
	struct job j = {.words = words, .named = named, .out = -1, .no_exec = -1};
	struct secret output = {0};
	enum status rc;
	int status = 0, number;

	if (!secret_make(code, CODE_DIGITS) || !secret_make(&output, OUTPUT_MAX)) {
		secret_free(&output);
		return error_system(e, named);
	}
	j.tty = prompt_open();
	j.has_modes = j.tty >= 0 && tcgetattr(j.tty, &j.modes) == 0;
	j.deadline_ms = monotonic_ms() + TOKEN_COMMAND_SECONDS * INT64_C(1000);
	progress_lend(words[0]);
	catch_signals(&j);
	rc = start(&j, e);
	if (rc == STATUS_OK)
		rc = await(&j, watch, &output, e);
	number = finish(&j, rc == STATUS_OK, &status);
	release_signals(&j);
	if (rc == STATUS_OK)
		rc = judge(&j, status, e);
	if (rc == STATUS_OK)
		rc = take_code(&j, &output, code, e);
	secret_free(&output);
	forget(&j);
	if (number != 0)
		raise(number);
	return rc;
}
