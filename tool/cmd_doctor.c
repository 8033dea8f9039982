/* aws-mfa doctor: says what is wrong and what mends it. It changes nothing and spends no code. */
#include "command.h"
#include "command_line.h"
#include "consult.h"
#include "doctor/report.h"
#include "doctor/user.h"
#include "rehearse.h"
#include "settings/files.h"
#include "stack/check.h"
#include "text/color.h"
#include "text/log.h"
#include "text/width.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { OFFLINE = OPTION_OWN, JSON, VERBOSE, PAM, USER, TRY };

static bool is_about_sshd(const struct findings *l)
{
	for (const struct finding *f = l->first; f; f = f->next)
		if (strncmp(f->id, "sshd-", strlen("sshd-")) == 0)
			return true;
	return false;
}

/* A mistake in a stack shuts the administrator out, too. */
static void print_warning(const struct command_line *line, const struct findings *l)
{
	const char *service = line->option[PAM], *user = line->option[USER];
	bool named = service && strcmp(service, "sshd") != 0;

	if (!user)
		user = line->option[TRY] ? line->option[TRY] : "USER";
	fputs("Do NOT close this shell.  After mending:  ", stdout);
	if (is_about_sshd(l))
		fputs("systemctl reload ssh\n                             and then:  ", stdout);
	printf("aws-mfa doctor --try %s%s%s\n", user, named ? " --pam " : "", named ? service : "");
}

static void print(const struct command_line *line, const struct findings *l)
{
	const struct report_look look = {
		.home = settings_home(),
		.columns = width_of_terminal(STDOUT_FILENO),
		.color = color_wanted(STDOUT_FILENO),
		.verbose = line->option[VERBOSE],
	};

	if (line->option[JSON])
		report_print_json(stdout, l);
	else
		report_print(stdout, l, &look);
	if ((line->option[PAM] || line->option[TRY]) && !line->option[JSON] && !findings_ok(l))
		print_warning(line, l);
}

/* The administrator's side. */
static enum status check_stack(const struct command_line *line, struct findings *l, struct error *e)
{
	const struct stack_question q = {
		.service = line->option[PAM],
		.user = line->option[USER],
		.root = "",
		.table = line->option[JSON] ? NULL : stdout,
		.color = color_wanted(STDOUT_FILENO),
	};

	if (line->n_operands > 0)
		return error_set(e, STATUS_USAGE,
			"--pam: a profile ('%.200s') has nothing to do with a PAM service; leave one "
			"of them out",
			line->operands[0]);
	return stack_check(l, &q, e);
}

/* A login from this shell. */
static enum status try_login(const struct command_line *line, struct findings *l, struct error *e)
{
	const char *service = line->option[PAM];

	if (line->n_operands > 0 || line->option[USER])
		return error_set(e, STATUS_USAGE,
			"--try: names the user who logs in; leave out '%.200s'",
			line->n_operands > 0 ? line->operands[0] : "--user");
	return rehearse(l, service ? service : "sshd", line->option[TRY], e);
}

/* The user's side. */
static enum status check(const struct command_line *line, struct findings *l, struct error *e)
{
	const char *options[N_SETTINGS];
	struct settings s = {0};
	enum status rc;

	if (line->option[TRY])
		return try_login(line, l, e);
	if (line->option[PAM])
		return check_stack(line, l, e);
	if (line->option[USER])
		return error_set(e, STATUS_USAGE, "--user: goes with --pam SERVICE");
	if (command_line_profile(line, options, e) != STATUS_OK)
		return STATUS_USAGE;
	rc = user_check(l, &s, options, e);
	if (rc == STATUS_OK && !line->option[OFFLINE])
		rc = consult(l, &s, e);
	settings_free(&s);
	return rc == STATUS_USAGE || rc == STATUS_SYSTEM ? rc : STATUS_OK;
}

static enum status run(const struct command_line *line)
{
	struct findings l;
	struct error e = {0};
	enum status rc;

	findings_init(&l);
	rc = check(line, &l, &e);
	if (rc == STATUS_OK && l.failed)
		rc = error_system(&e, "doctor");
	if (rc != STATUS_OK)
		log_error("%s", e.text);
	else
		print(line, &l);
	if (rc == STATUS_OK && !findings_ok(&l))
		rc = STATUS_NO_SESSION;
	findings_free(&l);
	return rc;
}

static const struct option options[] = {
	{.names = {"--offline"}, .help = "do not connect to AWS"},
	{.names = {"--json"}, .help = "print the findings as one line of JSON"},
	{.names = {"--verbose", "-v"}, .help = "also print each check that found nothing"},
	{.names = {"--pam"},
		.argument = "SERVICE",
		.help = "as root: who gets in through the PAM stack of SERVICE"},
	{.names = {"--user"},
		.argument = "USER",
		.help = "with --pam: as it is for this user",
		.values = VALUES_USERS},
	{.names = {"--try"},
		.argument = "USER",
		.help = "as root: log USER in through the stack, for real; it asks, and "
			"spends a code. --pam names the service; else sshd",
		.values = VALUES_USERS},
};

const struct command cmd_doctor = {
	.name = "doctor",
	.run = run,
	.summary = "say what is wrong, and what mends it",
	.help = "Look for what keeps a session of the profile NAME from being made or from being "
		"used, and say what mends it. Only --try changes something, asks or spends a code. "
		"Exit status: 0 nothing to mend, 1 a fault or a warning, 4 could not look.",
	.example = "  aws-mfa doctor work\n"
		   "  sudo aws-mfa doctor --pam sshd --user alice\n"
		   "  sudo aws-mfa doctor --try alice",
	.settings = ALL_SETTINGS & ~SETTING_BIT(SETTING_TOKEN_COMMAND),
	.own = options,
	.n_own = sizeof(options) / sizeof(options[0]),
	.operand = "NAME",
	.max_operands = 1,
	.prints = true,
};
