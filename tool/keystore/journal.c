#include "journal.h"

#include "clean.h"
#include "text/log.h"

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <syslog.h>
#include <unistd.h>

#define TICK_S 2

/* The user who logged in, whatever sudo and su came after: audit(7). */
static void read_loginuid(char *text, size_t size)
{
	int fd = open("/proc/self/loginuid", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	text[strspn(text, "0123456789")] = '\0';
	if (!*text || strcmp(text, "4294967295") == 0)
		snprintf(text, size, "-");
}

static volatile sig_atomic_t ticks;

static void tick(int sig)
{
	(void)sig;
	ticks++;
}

/*
 * Threat: a log daemon that is stopped takes nothing, and syslog() waits for ever, while all
 * signals are held. A signal ends its wait: it tries once more, and gives up at the next one.
 */
static void write_line(const char *line)
{
	const struct itimerval every = {{TICK_S, 0}, {TICK_S, 0}};
	struct itimerval timer;
	const struct sigaction action = {.sa_handler = tick};
	struct sigaction before;
	sigset_t only_alarm, held;

	sigemptyset(&only_alarm);
	sigaddset(&only_alarm, SIGALRM);
	ticks = 0;
	sigaction(SIGALRM, &action, &before);
	sigprocmask(SIG_UNBLOCK, &only_alarm, &held);
	setitimer(ITIMER_REAL, &every, &timer);
	openlog("aws-mfa", LOG_PID, LOG_AUTH);
	syslog(LOG_AUTH | LOG_INFO, "%s", line);
	closelog();
	setitimer(ITIMER_REAL, &timer, NULL);
	sigprocmask(SIG_SETMASK, &held, NULL);
	sigaction(SIGALRM, &before, NULL);
	if (ticks > 0)
		log_warning("the system's log is slow, and may not have taken this line; look at "
			    "its daemon: %s",
			line);
}

static const char *or_none(const char *text)
{
	return text ? text : "-";
}

void journal_change(const char *what, const char *user, const struct entry *entry)
{
	const char *sudo_user = getenv("SUDO_USER");
	const struct passwd *pw = sudo_user && *sudo_user ? NULL : getpwuid(getuid());
	char loginuid[16], name[256], by[256], line[2048];

	read_loginuid(loginuid, sizeof(loginuid));
	/* Threat: a name with blanks looks like several fields. */
	clean_word(name, sizeof(name), user);
	clean_word(by, sizeof(by),
		sudo_user && *sudo_user ? sudo_user : or_none(pw ? pw->pw_name : NULL));
	if (entry)
		snprintf(line, sizeof(line),
			"keystore %s: user=%s uid=%lu key-id=%s account=%s device=%s role=%s "
			"by=%s loginuid=%s",
			what, name, (unsigned long)entry->uid, entry->access_key_id, entry->account,
			entry->device, or_none(entry->role_arn), by, loginuid);
	else
		snprintf(line, sizeof(line), "keystore %s: user=%s by=%s loginuid=%s", what, name,
			by, loginuid);
	log_clean(line);
	write_line(line);
}
