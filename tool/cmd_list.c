/* aws-mfa list: the profiles of both files, as a table. It asks nothing and changes nothing. */
#include "command.h"
#include "profile/list.h"
#include "profile/report.h"
#include "text/color.h"
#include "text/log.h"
#include "text/width.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { JSON = OPTION_OWN };
enum { PROFILE, STATE, ACCOUNT, ROLE, KEYS, N_COLUMNS };

#define WORD_WIDTH 7 /* "expired" */

/* What a row shows. The color is that of the word at the start of the state. */
struct profile_row {
	char *cell[N_COLUMNS];
	size_t width[N_COLUMNS];
	char state[80];
	const char *color;
	size_t colored; /* bytes */
	bool from_source;
};

struct layout {
	size_t width[N_COLUMNS];
	bool color;
	bool narrow; /* a profile takes two lines */
};

static const char source[] = "source ";

static void make_row(const struct profile_state *p, struct profile_row *row)
{
	static char none[] = "-";
	char *const cells[N_COLUMNS] = {p->name, row->state, p->account, profile_name_in(p->role),
		p->from_source ? p->source : p->keys};
	struct profile_words w;

	profile_words(p, true, &w);
	row->color = w.color;
	row->colored = strlen(w.word);
	row->from_source = p->from_source;
	snprintf(row->state, sizeof(row->state), "%-*s%s%.40s", *w.rest ? WORD_WIDTH : 0, w.word,
		*w.rest ? " " : "", w.rest);
	for (int i = 0; i < N_COLUMNS; i++) {
		row->cell[i] = cells[i] ? cells[i] : none;
		row->width[i] = width_clean(row->cell[i]);
	}
	if (row->from_source)
		row->width[KEYS] += strlen(source);
}

/* Prints the text in `width` columns, and two blanks. A width of 0: it is the last of the line. */
static void print_cell(const struct profile_row *row, int column, size_t width, bool color)
{
	const char *text = row->cell[column];

	if (column == STATE && color && *row->color) {
		printf("%s%.*s" COLOR_END, row->color, (int)row->colored, text);
		text += row->colored;
	}
	if (column == KEYS && row->from_source)
		fputs(source, stdout);
	fputs(text, stdout);
	for (size_t i = row->width[column]; i < width + 2 && width > 0; i++)
		putchar_unlocked(' ');
}

static void print_row(const struct profile_row *row, const struct layout *l)
{
	for (int i = 0; i < N_COLUMNS; i++) {
		bool last = i == N_COLUMNS - 1 || (l->narrow && i == STATE);

		if (l->narrow && i == ACCOUNT)
			fputs("  ", stdout);
		print_cell(row, i, last ? 0 : l->width[i], l->color);
		if (last)
			putchar('\n');
	}
}

static void widen(struct layout *l, const struct profile_row *row)
{
	for (int i = 0; i < N_COLUMNS; i++)
		if (row->width[i] > l->width[i])
			l->width[i] = row->width[i];
}

/* Also cleans the strings in *list. */
static enum status print(const struct profile_list *list, struct error *e)
{
	char titles[N_COLUMNS][8] = {"PROFILE", "STATE", "ACCOUNT", "ROLE", "KEYS"};
	struct layout l = {.color = color_wanted(STDOUT_FILENO)};
	size_t columns = width_of_terminal(STDOUT_FILENO), sum = 0;
	struct profile_row title = {.color = ""}, *rows = calloc(list->n, sizeof(rows[0]));

	if (!rows)
		return error_system(e, "list");
	for (int i = 0; i < N_COLUMNS; i++) {
		title.cell[i] = titles[i];
		title.width[i] = strlen(titles[i]);
	}
	widen(&l, &title);
	for (size_t i = 0; i < list->n; i++) {
		make_row(&list->list[i], &rows[i]);
		widen(&l, &rows[i]);
	}
	for (int i = 0; i < N_COLUMNS; i++)
		sum += l.width[i] + (i > 0 ? 2 : 0);
	l.narrow = columns > 0 && sum > columns;
	print_row(&title, &l);
	for (size_t i = 0; i < list->n; i++)
		print_row(&rows[i], &l);
	free(rows);
	return STATUS_OK;
}

static enum status tell(
	const struct command_line *line, struct profile_files *files, struct error *e)
{
	struct profile_list list;
	struct error printing;
	enum status rc = profile_list_read(files, false, &list, e);

	if (line->option[JSON])
		profile_print_json(stdout, &list);
	else if (list.n > 0 && print(&list, &printing) != STATUS_OK)
		rc = error_set(e, printing.status, "%s", printing.text);
	else if (list.n == 0 && rc == STATUS_OK)
		log_info("there is no profile in %s or %s; run: aws-mfa setup",
			files->settings.credentials.path, files->settings.config.path);
	profile_list_free(&list);
	return rc;
}

static enum status run(const struct command_line *line)
{
	struct profile_files files;
	struct error e = {0};
	enum status rc;

	signal(SIGPIPE, SIG_DFL); /* `aws-mfa list | head` */
	rc = profile_files_open(&files, line->option, &e);
	if (rc == STATUS_OK)
		rc = tell(line, &files, &e);
	if (rc != STATUS_OK)
		log_error("%s", e.text);
	profile_files_close(&files);
	return rc;
}

static const struct option options[] = {
	{.names = {"--json"}, .help = "print one line of JSON"},
};

const struct command cmd_list = {
	.name = "list",
	.run = run,
	.summary = "show all profiles and their sessions",
	.help = "Show the profiles of the credentials file and the config file: until when a "
		"session is valid, its account and role, and the section with the long-term keys. "
		"Ask nothing, change nothing and use no network.",
	.example = "  aws-mfa list\n"
		   "  aws-mfa list --json",
	.settings = SETTING_BIT(SETTING_LONG_TERM_SUFFIX) | SETTING_BIT(SETTING_SHORT_TERM_SUFFIX),
	.own = options,
	.n_own = sizeof(options) / sizeof(options[0]),
	.prints = true,
};
