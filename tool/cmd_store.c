/*
 * aws-mfa store: keystore mode. The PAM module runs it as the user, after AWS has accepted a code.
 * It reads the session from a pipe (descriptor 0) and writes it to the user's file. Nothing that it
 * does changes the verdict. It gives up in time, unless a dead file system holds it in the kernel.
 * The module waits for its answer no longer than helper.h says.
 */
#include "clean.h"
#include "command.h"
#include "conversation.h"
#include "credentials/store.h"
#include "file/owner.h"
#include "keystore/session_pipe.h"
#include "monotonic.h"
#include "settings/files.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <syslog.h>
#include <unistd.h>

#define READ_MS 500
#define STORE_MS 2000 /* for other programs that write the file */
#define END_MS 4700

enum { LOGIN = OPTION_OWN };

static volatile sig_atomic_t stored;

/* The time is over: the home or the system's log does not answer. Only async-signal-safe calls. */
static void give_up(int sig)
{
	const char *result = stored ? WORD_RESULT " 0\n"
				    : WORD_RESULT
		" 10 the home did not answer in time, so the session is not stored\n";

	(void)sig;
	(void)!send(RECORD_FD, result, strlen(result), MSG_NOSIGNAL | MSG_DONTWAIT);
	_exit(STATUS_NOT_STORED);
}

static void limit_time(void)
{
	const struct itimerval limit = {.it_value = {END_MS / 1000, END_MS % 1000 * INT64_C(1000)}};
	const struct sigaction action = {.sa_handler = give_up};

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &limit, NULL);
}

static enum status store(const struct parcel *p, struct error *e)
{
	const char *home = settings_home();
	char *path = settings_format("%s/.aws/credentials", home);
	const struct store_place to = {.path = path, .section = p->profile, .role = p->role};
	enum status rc;

	if (!path)
		return error_system(e, "store");
	rc = owner_check_way(home, path, e);
	/* STATUS_NOT_SET_UP: there is no file yet. */
	if (rc == STATUS_OK || rc == STATUS_NOT_SET_UP)
		rc = store_session(&to, &p->session, monotonic_ms() + STORE_MS, e);
	free(path);
	return rc;
}

/* Before the result: the module ends this process when it has the result. */
static void log_stored(const char *id, const char *name, enum status rc, const struct error *e)
{
	char login[LOGIN_ID_DIGITS + 1], profile[256], reason[sizeof(e->text)];

	clean_word(login, sizeof(login), id ? id : "-");
	clean_word(profile, sizeof(profile), name ? name : "-");
	clean_text(reason, sizeof(reason), e->text);
	openlog("aws-mfa", LOG_PID, LOG_AUTHPRIV);
	if (rc == STATUS_OK)
		syslog(LOG_INFO, "login=%s profile=%s result=stored", login, profile);
	else
		syslog(LOG_ERR, "login=%s profile=%s result=not-stored reason=\"%s\"", login,
			profile, reason);
	closelog();
}

static enum status run(const struct command_line *line)
{
	struct conversation c;
	struct parcel p;
	struct error e = {0};
	enum status rc;

	if (!conversation_is_possible("store"))
		return STATUS_USAGE;
	limit_time();
	conversation_begin(&c, LOGIN_STORING);
	rc = session_pipe_read(STDIN_FILENO, monotonic_ms() + READ_MS, &p, &e);
	if (rc == STATUS_OK)
		rc = store(&p, &e);
	if (rc == STATUS_OK) {
		e.text[0] = '\0';
		stored = 1;
	}
	log_stored(line->option[LOGIN], p.profile, rc, &e);
	conversation_tell_result(&c, rc, e.text);
	conversation_end(&c);
	parcel_free(&p);
	return rc;
}

static const struct option options[] = {
	{.names = {"--login"}, .argument = "ID", .help = "names the login in the log"},
};

const struct command cmd_store = {
	.name = "store",
	.run = run,
	.summary = "for pam_aws_mfa.so only",
	.help = "For pam_aws_mfa.so only. It reads a session from a pipe and stores it.",
	.own = options,
	.n_own = sizeof(options) / sizeof(options[0]),
	.hidden = true,
};
