/* aws-mfa(1): trades an MFA code for a session. This file has the table of its commands. */
#include "command.h"
#include "command_line.h"
#include "help.h"
#include "own_process.h"
#include "text/log.h"
#include "version.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* To add a command, add a row. */
/* clang-format off */
#define COMMANDS(ROW)       \
	ROW(cmd_refresh)    \
	ROW(cmd_exec)       \
	ROW(cmd_export)     \
	ROW(cmd_status)     \
	ROW(cmd_list)       \
	ROW(cmd_setup)      \
	ROW(cmd_explain)    \
	ROW(cmd_doctor)     \
	ROW(cmd_rotate)     \
	ROW(cmd_clear)      \
	ROW(cmd_keystore)   \
	ROW(cmd_completion) \
	ROW(cmd_complete)   \
	ROW(cmd_pam)        \
	ROW(cmd_serve)      \
	ROW(cmd_store)
/* clang-format on */

#define DECLARED(name) extern const struct command name;
#define LISTED(name) &(name),
COMMANDS(DECLARED)
const struct command *const all_commands[] = {COMMANDS(LISTED) NULL};

/* Standard error may be closed, too. Then only the exit status tells the user. */
static enum status cannot_start(const char *what, const char *why)
{
	dprintf(STDERR_FILENO, "aws-mfa: error: %s: %s\n", what, why);
	return STATUS_SYSTEM;
}

/* Report a full disk: the output is missing. */
static enum status written(enum status rc)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return rc;
	if (errno == EPIPE) { /* `aws-mfa doctor | head -n 1`: end as other programs do */
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
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
		help_print(all_commands);
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
	if (!own_process_open_standard())
		return cannot_start("/dev/null", strerror(errno));
	own_process_confine();
	if (command_line_parse(all_commands, argc, argv, &line, &e) == STATUS_OK)
		rc = run(&line);
	else
		rc = refuse(line.command, &e);
	command_line_free(&line);
	return (int)rc;
}
