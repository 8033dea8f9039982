#include "progress.h"

#include "color.h"
#include "log.h"
#include "monotonic.h"
#include "width.h"
#include "write_all.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define QUIET_MS 1000
#define STEP_MS 250
#define ERASE "\r\033[K"

static const int caught_signals[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP};
#define N_CAUGHT (sizeof(caught_signals) / sizeof(caught_signals[0]))

static struct {
	const char *what;
	int depth;
	bool told; /* the line that stays */
	int64_t since_ms, seconds;
	bool catches;
	struct sigaction before[N_CAUGHT];
} wait;

/* The line is on the screen. */
static volatile sig_atomic_t shown;

static void erase(void)
{
	if (shown)
		write_all(STDERR_FILENO, ERASE, strlen(ERASE));
	shown = false;
}

/* The signal takes effect when this returns. */
static void on_signal(int number)
{
	erase();
	for (size_t i = 0; i < N_CAUGHT; i++)
		if (caught_signals[i] == number)
			sigaction(number, &wait.before[i], NULL);
	raise(number);
}

static void catch_signals(void)
{
	struct sigaction catch = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

	sigfillset(&catch.sa_mask);
	for (size_t i = 0; i < N_CAUGHT; i++) {
		if (!wait.catches)
			sigaction(caught_signals[i], NULL, &wait.before[i]);
		/* What nohup ignores stays ignored. */
		if (wait.before[i].sa_handler != SIG_IGN)
			sigaction(caught_signals[i], &catch, NULL);
	}
	wait.catches = true;
}

static void release_signals(void)
{
	for (size_t i = 0; wait.catches && i < N_CAUGHT; i++)
		sigaction(caught_signals[i], &wait.before[i], NULL);
	wait.catches = false;
}

void progress_begin(const char *what)
{
	if (wait.depth++ > 0)
		return;
	wait.what = what;
	wait.since_ms = monotonic_ms();
	wait.told = false;
}

void progress_end(void)
{
	if (--wait.depth > 0)
		return;
	erase();
	release_signals();
}

void progress_leave(void)
{
	wait.depth = 1;
	wait.told = true;
}

int64_t progress_step(int64_t deadline_ms)
{
	int64_t step_ms = monotonic_ms() + STEP_MS;

	return wait.depth > 0 && step_ms < deadline_ms ? step_ms : deadline_ms;
}

static bool may_show(void)
{
	if (log_is_held() || !log_prints(LOG_LEVEL_INFO) || !isatty(STDERR_FILENO))
		return false;
	/* In the background, the terminal belongs to another program. */
	return tcgetpgrp(STDERR_FILENO) == getpgrp();
}

static void tell(const char *what)
{
	char text[240];

	snprintf(text, sizeof(text), "%s", what);
	log_clean(text);
	dprintf(STDERR_FILENO, "aws-mfa: waiting for %s ...\n", text);
}

void progress_lend(const char *what)
{
	if (may_show())
		tell(what);
}

/* Writes the line, cut so that it fits into a row of the terminal. */
static void draw(int64_t seconds)
{
	size_t columns = width_of_terminal(STDERR_FILENO), len = strlen(wait.what);
	char line[256], text[240];

	if (len > 150)
		len = 150;
	do {
		/* Not within a character. */
		while (len > 0 && ((unsigned char)wait.what[len] & 0xc0) == 0x80)
			len--;
		snprintf(text, sizeof(text), "aws-mfa: waiting for %.*s, %d s", (int)len, wait.what,
			(int)seconds);
	} while (columns > 0 && width_clean(text) >= columns && len-- > 0);
	snprintf(line, sizeof(line), ERASE "%s", text);
	write_all(STDERR_FILENO, line, strlen(line));
}

void progress_show(void)
{
	int64_t waited_ms = monotonic_ms() - wait.since_ms;

	if (wait.depth == 0 || waited_ms < QUIET_MS || wait.told ||
		(shown && waited_ms / 1000 == wait.seconds) || !may_show())
		return;
	if (color_is_plain()) {
		tell(wait.what);
		wait.told = true;
		return;
	}
	if (!shown)
		catch_signals();
	log_before(erase);
	wait.seconds = waited_ms / 1000;
	shown = true;
	draw(wait.seconds);
}

void progress_sleep(int64_t ms)
{
	int64_t until_ms = monotonic_ms() + ms, now_ms;

	while ((now_ms = monotonic_ms()) < until_ms) {
		poll(NULL, 0, (int)(progress_step(until_ms) - now_ms));
		progress_show();
	}
}
