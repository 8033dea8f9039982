/* aws-mfa(1): trades an MFA code for a session. This file has the table of its commands. */
#include "command.h"
#include "command_line.h"
#include "help.h"
#include "text/log.h"
#include "version.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* To add a command, add a row. The first command runs if the user names none. */
/* clang-format off */
#define COMMANDS(ROW) \
	ROW(cmd_refresh)  \
	ROW(cmd_setup)    \
	ROW(cmd_explain)  \
	ROW(cmd_doctor)   \
	ROW(cmd_rotate)   \
	ROW(cmd_clear)    \
	ROW(cmd_keystore) \
	ROW(cmd_pam)      \
	ROW(cmd_serve)    \
	ROW(cmd_store)
/* clang-format on */

#define DECLARED(name) extern const struct command name;
#define LISTED(name) &(name),
COMMANDS(DECLARED)
static const struct command *const commands[] = {COMMANDS(LISTED) NULL};

static bool are_all_open(void)
{
	struct pollfd fds[] = {{.fd = 0}, {.fd = 1}, {.fd = 2}};

	return poll(fds, 3, 0) >= 0 &&
		!((fds[0].revents | fds[1].revents | fds[2].revents) & POLLNVAL);
}

/* Threat: a credentials file on descriptor 2 would receive error messages. */
static bool open_standard_descriptors(void)
{
	int fd;

	if (are_all_open())
		return true;
	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
	return fd >= 0;
}

/* Keys and codes pass through this process: forbid core dumps, and ptrace by the same uid. */
static void confine(void)
{
	const struct rlimit no_core = {0, 0};
	const struct sigaction dfl = {.sa_handler = SIG_DFL}, ign = {.sa_handler = SIG_IGN};

	prctl(PR_SET_DUMPABLE, 0);
	setrlimit(RLIMIT_CORE, &no_core);
	/* New files: full access for their owner, none for others. */
	umask(S_IRWXG | S_IRWXO);
	/* If SIGCHLD is ignored, the kernel reaps aws-mfa-sts and waitpid() fails. */
	sigaction(SIGCHLD, &dfl, NULL);
	/* Report a closed pipe or a file size limit as an error; do not die of it. */
	sigaction(SIGPIPE, &ign, NULL);
	sigaction(SIGXFSZ, &ign, NULL);
}

/* Standard error may be closed, too. Then only the exit status tells the user. */
static enum status cannot_start(const char *what, const char *why)
{
	dprintf(STDERR_FILENO, "aws-mfa: error: %s: %s\n", what, why);
	return STATUS_SYSTEM;
}

/* Report a full disk or a closed descriptor: the output is missing. */
static enum status written(enum status rc)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return rc;
	log_error("standard output: %s", strerror(errno));
	return rc == STATUS_OK ? STATUS_SYSTEM : rc;
}

static enum status refuse(const struct command *c, const struct error *e)
{
	if (c && c->refuse)
		return c->refuse(e);
	log_error("%s", e->text);
	return e->status;
}

static enum status run(const struct command_line *line)
{
	const struct command *c = line->command;

	if (line->option[OPTION_VERSION])
		puts("aws-mfa (pam-aws-mfa) " AWS_MFA_VERSION);
	else if (line->option[OPTION_HELP] && line->named)
		help_print_command(c);
	else if (line->option[OPTION_HELP])
		help_print(commands);
	else
		return c->prints ? written(c->run(line)) : c->run(line);
	return written(STATUS_OK);
}

int main(int argc, char **argv)
{
	struct command_line line = {0};
	struct error e = {0};
	enum status rc;

	if (argc < 1)
		return cannot_start("started without a name", strerror(EINVAL));
	if (!open_standard_descriptors())
		return cannot_start("/dev/null", strerror(errno));
	confine();
	if (command_line_parse(commands, argc, argv, &line, &e) == STATUS_OK)
		rc = run(&line);
	else
		rc = refuse(line.command, &e);
	command_line_free(&line);
	return (int)rc;
}
