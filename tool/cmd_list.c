/* aws-mfa list: the profiles of both files, as a table. It asks nothing and changes nothing. */
#include "command.h"
#include "profile/list.h"
#include "profile/report.h"
#include "text/color.h"
#include "text/log.h"
#include "text/width.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { JSON = OPTION_OWN };
enum { PROFILE, STATE, ACCOUNT, ROLE, KEYS, N_COLUMNS };

#define CELL_SIZE 512
#define WORD_WIDTH 7 /* "expired" */

/* What a row shows. The color is that of the word at the start of the state. */
struct row {
	char cell[N_COLUMNS][CELL_SIZE];
	size_t width[N_COLUMNS];
	const char *color;
	size_t colored; /* bytes */
};

struct layout {
	size_t width[N_COLUMNS];
	bool color;
	bool narrow; /* a profile takes two lines */
};

static void put(struct row *row, int column, const char *before, const char *text)
{
	snprintf(row->cell[column], CELL_SIZE, "%s%s", before, text ? text : "-");
	row->width[column] = width_clean(row->cell[column]);
}

static void make_row(const struct profile_state *p, struct row *row)
{
	struct profile_words w;
	char state[64];

	profile_words(p, true, &w);
	row->color = w.color;
	row->colored = strlen(w.word);
	snprintf(state, sizeof(state), "%-*s%s", *w.rest ? WORD_WIDTH : 0, w.word,
		*w.rest ? " " : "");
	put(row, STATE, state, w.rest);
	put(row, PROFILE, "", p->name);
	put(row, ACCOUNT, "", p->account);
	put(row, ROLE, "", profile_name_in(p->role));
	if (p->from_source)
		put(row, KEYS, "source ", p->source);
	else
		put(row, KEYS, "", p->keys);
}

/* Prints "text" in `width` columns, and blanks behind it unless it is the last. */
static void print_cell(const struct row *row, int column, size_t width, bool color)
{
	const char *text = row->cell[column];
	size_t colored = column == STATE && color && *row->color ? row->colored : 0;

	if (colored)
		printf("%s%.*s" COLOR_END, row->color, (int)colored, text);
	fputs(text + colored, stdout);
	if (width > 0)
		printf("%*s", (int)(width - row->width[column]) + 2, "");
}

static void print_row(const struct row *row, const struct layout *l)
{
	for (int i = 0; i < N_COLUMNS; i++) {
		bool last = i == N_COLUMNS - 1 || (l->narrow && i == STATE);

		if (l->narrow && i == ACCOUNT)
			printf("%*s", (int)l->width[PROFILE] + 2, "");
		print_cell(row, i, last ? 0 : l->width[i], l->color);
		if (last)
			putchar('\n');
	}
}

static void widen(struct layout *l, const struct row *row)
{
	for (int i = 0; i < N_COLUMNS; i++)
		if (row->width[i] > l->width[i])
			l->width[i] = row->width[i];
}

static void print(const struct profile_list *list)
{
	static const char *const titles[] = {"PROFILE", "STATE", "ACCOUNT", "ROLE", "KEYS"};
	struct layout l = {.color = color_wanted(STDOUT_FILENO)};
	size_t columns = width_of_terminal(STDOUT_FILENO), sum = 0;
	struct row title = {.color = ""}, row;

	for (int i = 0; i < N_COLUMNS; i++)
		put(&title, i, "", titles[i]);
	widen(&l, &title);
	for (size_t i = 0; i < list->n; i++) {
		make_row(&list->list[i], &row);
		widen(&l, &row);
	}
	for (int i = 0; i < N_COLUMNS; i++)
		sum += l.width[i] + (i > 0 ? 2 : 0);
	l.narrow = columns > 0 && sum > columns;
	print_row(&title, &l);
	for (size_t i = 0; i < list->n; i++) {
		make_row(&list->list[i], &row);
		print_row(&row, &l);
	}
}

static enum status tell(
	const struct command_line *line, struct profile_files *files, struct error *e)
{
	struct profile_list list;
	enum status rc = profile_list_read(files, false, &list, e);

	if (line->option[JSON])
		profile_print_json(stdout, &list);
	else if (list.n > 0)
		print(&list);
	else if (rc == STATUS_OK)
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
