/* aws-mfa exec: becomes a command that has the session in its environment. */
#include "handover.h"
#include "local_time.h"
#include "own_process.h"
#include "text/log.h"
#include "variables.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The shell of the user: what the environment says, else passwd. Valid until the next look-up. */
static char *login_shell(void)
{
	static char every_system_has[] = "/bin/sh";
	char *shell = getenv("SHELL");
	const struct passwd *pw = shell && *shell ? NULL : getpwuid(getuid());

	if (shell && *shell)
		return shell;
	return pw && pw->pw_shell && *pw->pw_shell ? pw->pw_shell : every_system_has;
}

static void tell_about_shell(const struct handover *h)
{
	char until[64];

	if (isatty(STDERR_FILENO) && local_time(until, sizeof(until), h->session.expiration))
		log_info(
			"a shell with the session of %s until %s; exit ends it", h->profile, until);
}

/* Returns only if the command cannot be run. */
static enum status become(const struct handover *h, char **argv)
{
	struct secret text = {0};
	char **environment = variables_environment(h, &text);
	enum status rc = STATUS_NOT_RUN;

	if (environment) {
		own_process_restore();
		execvpe(argv[0], argv, environment);
		rc = errno == ENOENT ? STATUS_NO_COMMAND : STATUS_NOT_EXECUTABLE;
	}
	log_error("%s: %s; nothing was run", argv[0], strerror(errno));
	secret_free(&text);
	free(environment);
	return rc;
}

static enum status hand_over(const struct handover *h, char **rest)
{
	char *shell[] = {NULL, NULL};

	if (rest && rest[0])
		return become(h, rest);
	tell_about_shell(h);
	shell[0] = login_shell();
	return become(h, shell);
}

static enum status run(const struct command_line *line)
{
	const struct handover_way way = {.undone = "nothing was run"};
	struct handover h = {0};
	enum status rc = STATUS_NOT_RUN;

	if (!own_process_note_passed())
		log_error("/proc/self/fd: %s; nothing was run", strerror(errno));
	else if (handover_get(&h, line, &way) == STATUS_OK)
		rc = hand_over(&h, line->rest);
	handover_free(&h);
	return rc;
}

static enum status refuse(const struct error *e)
{
	log_error("%s", e->text);
	return STATUS_NOT_RUN;
}

static const struct option options[] = {HANDOVER_OPTIONS};

const struct command cmd_exec = {
	.name = "exec",
	.run = run,
	.refuse = refuse,
	.summary = "run a command with the session in its environment",
	.help = "Run COMMAND, or without it your shell, with the session of profile NAME in its "
		"environment: keys, expiration, region, and AWS_MFA_PROFILE for prompts. A session "
		"that ends within 5 minutes is renewed first. COMMAND's exit status is that of "
		"aws-mfa, or 126 (cannot be run), 127 (not found), 125 (nothing was run). "
		"endpoint_url, ca_bundle and output of the profile do not come along. "
		"`exec -- sudo COMMAND` loses the session: sudo clears the environment. `sudo "
		"aws-mfa exec` uses the files of root.",
	.example = "  aws-mfa exec work -- terraform plan\n"
		   "  aws-mfa exec work",
	.settings = ALL_SETTINGS,
	.own = options,
	.n_own = sizeof(options) / sizeof(options[0]),
	.operand = "NAME",
	.max_operands = 1,
	.rest = "COMMAND",
	.rest_optional = true,
};
