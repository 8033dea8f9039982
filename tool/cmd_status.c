/* aws-mfa status: tells until when sessions are valid. It asks nothing and changes nothing. */
#include "command.h"
#include "command_line.h"
#include "profile/list.h"
#include "profile/report.h"
#include "settings/outer.h"
#include "text/color.h"
#include "text/log.h"
#include "text/width.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ALL = OPTION_OWN, JSON, QUIET };

/* What to show, and the worst status so far. */
struct overview {
	struct profile_files files;
	struct profile_list told;
	bool has_shell; /* the last one is the session of this shell */
	enum status status;
};

#define NAME_SIZE 300
#define NEXT_AFTER 5 /* blanks before a command */

/* How it is printed. */
struct status_layout {
	bool color;
	size_t columns; /* of the terminal; SIZE_MAX: no terminal */
	size_t indent;  /* of the states: they stand below each other */
};

/* The worst comes last. Others end the command. */
static int rank(enum status rc)
{
	return rc == STATUS_NOT_SET_UP    ? 3
		: rc == STATUS_CONFIG     ? 2
		: rc == STATUS_NO_SESSION ? 1
		: rc == STATUS_OK         ? 0
					  : 4;
}

static void worsen(struct overview *a, enum status rc)
{
	if (rank(rc) > rank(a->status))
		a->status = rc;
}

static enum status check_options(const struct command_line *line, struct error *e)
{
	const char *const *o = line->option;

	if (o[JSON] && o[QUIET])
		return error_set(
			e, STATUS_USAGE, "--json: --quiet prints nothing; leave one of them out");
	if (o[ALL] && (line->n_operands > 0 || o[SETTING_PROFILE]))
		return error_set(e, STATUS_USAGE,
			"--all: these are all profiles with keys; leave out '%.200s'",
			line->n_operands > 0 ? line->operands[0] : o[SETTING_PROFILE]);
	return STATUS_OK;
}

static void tell(struct overview *a, const char *name)
{
	struct profile_state *p = &a->told.list[a->told.n];
	struct error e;
	enum status rc = profile_state_read(&a->files, name, p, &e);

	if (rc != STATUS_OK) {
		profile_state_free(p);
	} else {
		a->told.n++;
		/* The keys may be what an empty file has lost. */
		if (p->session == PROFILE_ABSENT && !p->refreshable)
			rc = profile_files_check(&a->files, &e);
	}
	if (rc != STATUS_OK)
		log_error("%s", e.text);
	worsen(a, rc);
}

static enum status tell_named(struct overview *a, const struct command_line *line, struct error *e)
{
	/* one for the effective profile, one for the shell */
	a->told.list = calloc(line->n_operands + 2, sizeof(a->told.list[0]));
	if (!a->told.list)
		return error_system(e, "status");
	for (size_t i = 0; i < line->n_operands; i++)
		tell(a, line->operands[i]);
	if (line->n_operands == 0) {
		char *name = strdup(a->files.settings.value[SETTING_PROFILE]);

		if (!name)
			return error_system(e, "status");
		tell(a, name);
		free(name);
	}
	a->has_shell = profile_state_of_shell(&a->told.list[a->told.n], a->files.now);
	if (a->has_shell)
		a->told.n++;
	else
		profile_state_free(&a->told.list[a->told.n]);
	return STATUS_OK;
}

static enum status tell_all(struct overview *a, struct error *e)
{
	enum status rc = profile_list_read(&a->files, true, &a->told, e);

	if (rc == STATUS_OK && a->told.n == 0)
		rc = error_set(e, STATUS_NOT_SET_UP,
			"%s: no profile has long-term keys; run: aws-mfa setup",
			a->files.settings.credentials.path);
	if (rc != STATUS_OK && rc != STATUS_SYSTEM) {
		log_error("%s", e->text);
		worsen(a, rc);
		rc = STATUS_OK;
	}
	return rc;
}

static size_t name_of(const struct overview *a, size_t i, char name[static NAME_SIZE])
{
	snprintf(name, NAME_SIZE, "%s%s", a->told.list[i].name,
		a->has_shell && i + 1 == a->told.n ? " (this shell)" : "");
	return width_clean(name);
}

/* Prints "work  expired 2 h 10 min ago, 2026-11-27 18:50 JST     aws-mfa --profile work". */
static void print_line(const struct overview *a, size_t i, const struct status_layout *look)
{
	const struct profile_state *p = &a->told.list[i];
	char name[NAME_SIZE], next[NEXT_SIZE];
	struct profile_words w;
	size_t used = name_of(a, i, name);

	printf("%s%*s  ", name, (int)(look->indent - 2 - used), "");
	profile_words(p, false, &w);
	if (look->indent + w.width > look->columns)
		profile_words(p, true, &w);
	used = look->indent + w.width;
	color_print(stdout, look->color ? w.color : "", w.word);
	printf("%s%s", *w.rest ? " " : "", w.rest);
	if (profile_next(&a->files, p, next)) {
		if (used + NEXT_AFTER + width_clean(next) > look->columns)
			printf("\n%*s", NEXT_AFTER, "");
		else
			printf("%*s", NEXT_AFTER, "");
		color_print(stdout, look->color ? COLOR_BOLD : "", next);
	}
	putchar('\n');
}

/* Prints ", WHAT VALUE", on a line of its own if it does not fit. */
static void detail(
	const struct status_layout *look, size_t *column, const char *what, const char *value)
{
	char text[400];
	size_t width;

	if (!value)
		return;
	snprintf(text, sizeof(text), "%s %s", what, value);
	width = width_clean(text);
	if (*column == 0 || *column + 2 + width > look->columns) {
		printf("%s%*s%s", *column > 0 ? ",\n" : "", (int)look->indent, "", text);
		*column = look->indent + width;
	} else {
		printf(", %s", text);
		*column += 2 + width;
	}
}

static void print_details(const struct profile_state *p, const struct status_layout *look)
{
	const char *colon = p->device ? strrchr(p->device, ':') : NULL;
	size_t column = 0;

	detail(look, &column, "account", p->account);
	detail(look, &column, "role", profile_name_in(p->role));
	detail(look, &column, "device", colon ? colon + 1 : p->device);
	detail(look, &column, "keys in", p->keys);
	detail(look, &column, "source", p->source);
	if (column > 0)
		putchar('\n');
}

static void print(const struct overview *a)
{
	size_t columns = width_of_terminal(STDOUT_FILENO);
	struct status_layout look = {
		.color = color_wanted(STDOUT_FILENO), .columns = columns > 0 ? columns : SIZE_MAX};
	char name[NAME_SIZE];

	for (size_t i = 0; i < a->told.n; i++) {
		size_t width = name_of(a, i, name) + 2;

		look.indent = width > look.indent ? width : look.indent;
	}
	for (size_t i = 0; i < a->told.n; i++)
		print_line(a, i, &look);
	if (a->told.n == 1 + (size_t)a->has_shell)
		print_details(&a->told.list[0], &look);
}

/* The shell counts only if no profile is named. */
static void judge(struct overview *a, bool named)
{
	for (size_t i = 0; i < a->told.n - (named && a->has_shell); i++)
		if (!profile_is_valid(&a->told.list[i]))
			worsen(a, STATUS_NO_SESSION);
}

static enum status answer(struct overview *a, const struct command_line *line, struct error *e)
{
	const char *options[N_SETTINGS];
	enum status rc = check_options(line, e);

	if (rc == STATUS_OK)
		rc = command_line_profile(line, options, e);
	if (rc == STATUS_OK)
		rc = profile_files_open(&a->files, options, e);
	if (rc == STATUS_OK)
		rc = line->option[ALL] ? tell_all(a, e) : tell_named(a, line, e);
	if (rc != STATUS_OK)
		return rc;
	judge(a, line->n_operands > 0 || line->option[SETTING_PROFILE]);
	if (line->option[JSON])
		profile_print_json(stdout, &a->told);
	else if (!line->option[QUIET])
		print(a);
	return a->status;
}

static enum status run(const struct command_line *line)
{
	struct overview a = {.status = STATUS_OK};
	struct error e = {0};
	enum status rc;

	if (line->option[QUIET])
		log_set_level("ERROR");
	signal(SIGPIPE, SIG_DFL); /* `aws-mfa status --all | head` */
	rc = answer(&a, line, &e);
	if (rc != STATUS_OK && rc != a.status)
		log_error("%s", e.text);
	profile_list_free(&a.told);
	profile_files_close(&a.files);
	return rc;
}

static const struct option options[] = {
	{.names = {"--all"}, .help = "all profiles that have long-term keys"},
	{.names = {"--json"}, .help = "print one line of JSON"},
	{.names = {"--quiet", "-q"}, .help = "print nothing but errors: the exit status tells"},
};

const struct command cmd_status = {
	.name = "status",
	.run = run,
	.summary = "tell until when a session is valid",
	.help = "Tell until when the session of each profile NAME is valid, and how to renew it. "
		"Ask nothing, change nothing and use no network. "
		"Exit status: 0 all are valid, 1 one is not, 12 no such profile, 13 a file "
		"cannot be read; the worst one counts, and 12 is the worst.",
	.example = "  aws-mfa status work\n"
		   "  aws-mfa status -q || aws-mfa",
	.settings = SETTING_BIT(SETTING_PROFILE) | SETTING_BIT(SETTING_LONG_TERM_SUFFIX) |
		SETTING_BIT(SETTING_SHORT_TERM_SUFFIX) | SETTING_BIT(SETTING_ASSUME_ROLE) |
		SETTING_BIT(SETTING_RENEW_BEFORE),
	.own = options,
	.n_own = sizeof(options) / sizeof(options[0]),
	.operand = "NAME",
	.max_operands = SIZE_MAX,
	.prints = true,
};
