#include "help.h"

#include "command_options.h"

#include <stdio.h>
#include <string.h>

#define COLUMNS 80
#define TEXT_AT 29 /* the column of the text beside a name */

/* Prints text, starting at column. Further lines start at indent. */
static void print_text(int column, int indent, const char *text)
{
	bool begins = true;

	while (*text) {
		int len = (int)strcspn(text, " ");

		if (!begins && column + 1 + len > COLUMNS) {
			column = printf("\n%*s", indent, "") - 1;
			begins = true;
		}
		column += printf("%s%.*s", begins ? "" : " ", len, text);
		begins = false;
		text += len;
		text += strspn(text, " ");
	}
	putchar('\n');
}

static void print_row(const char *name, const char *text)
{
	int column = printf("  %s", name);

	if (column >= TEXT_AT)
		column = printf("\n") - 1;
	printf("%*s", TEXT_AT - column, "");
	print_text(TEXT_AT, TEXT_AT, text);
}

struct list {
	char text[512];
	bool begun;
};

static void add(struct list *l, const char *before, const char *word)
{
	size_t used = strlen(l->text);

	if (word)
		snprintf(l->text + used, sizeof(l->text) - used, "%s%s%s", l->begun ? "; " : " (",
			before, word);
	l->begun = l->begun || word;
}

static void end(struct list *l)
{
	size_t used = strlen(l->text);

	snprintf(l->text + used, sizeof(l->text) - used, "%s", l->begun ? ")" : "");
}

/* "the profile (AWS_PROFILE; AWS_DEFAULT_PROFILE; else default)" */
static void print_option(const struct command *c, size_t id)
{
	const struct option *o = command_option_get(c, id);
	const struct rule *rule = id < N_SETTINGS ? settings_rule((enum setting)id) : NULL;
	struct list l = {.begun = false};
	char name[64];

	snprintf(name, sizeof(name), "%s%s%s", o->names[0], o->argument ? " " : "",
		o->argument ? o->argument : "");
	snprintf(l.text, sizeof(l.text), "%s", o->help);
	add(&l, "also ", o->names[1]);
	for (size_t i = 0; rule && i < RULE_ENV; i++)
		add(&l, "", rule->env[i]);
	if (rule)
		add(&l, "else ", rule->built_in);
	end(&l);
	print_row(name, l.text);
}

/* Prints the options with numbers from `from` up to, but not including, `to`. */
static void print_options(const struct command *c, size_t from, size_t to)
{
	for (size_t id = from; id < to; id++)
		if (command_option_get(c, id))
			print_option(c, id);
}

static void print_example(const struct command *c)
{
	if (c->example)
		printf("\nExample:\n%s\n", c->example);
}

void help_print_command(const struct command *c)
{
	printf("Usage: aws-mfa %s [OPTION]...", c->name);
	if (c->operand)
		printf(c->min_operands > 0 ? " %s%s" : " [%s]%s", c->operand,
			c->max_operands > 1 ? "..." : "");
	if (c->rest)
		printf(c->rest_optional ? " [-- %s...]" : " -- %s...", c->rest);
	putchar('\n');
	print_text(0, 0, c->help);
	if (command_option_get(c, OPTION_OWN)) {
		puts("\nOptions:");
		print_options(c, OPTION_OWN, N_OPTIONS);
	}
	puts("\nCommon options:");
	print_options(c, 0, OPTION_SETUP);
	print_options(c, OPTION_VERSION, OPTION_OWN);
	print_example(c);
}

void help_print(const struct command *const *commands)
{
	puts("Usage: aws-mfa [COMMAND] [OPTION]...");
	print_text(0, 0, commands[0]->help);
	puts("\nCommands:");
	for (const struct command *const *c = commands; *c; c++)
		if (!(*c)->hidden)
			print_row((*c)->name, (*c)->summary);
	printf("\nOptions of %s, also without a command:\n", commands[0]->name);
	print_options(commands[0], OPTION_OWN, N_OPTIONS);
	print_options(commands[0], 0, OPTION_OWN);
	print_example(commands[0]);
	putchar('\n');
	print_text(0, 0,
		"Exit status: 0 renewed or still valid, 2 usage, 4 system, 10 not stored, 11 wrong "
		"code, 12 not set up, 13 set up wrongly, 14 AWS not reached, 15 failed after the "
		"code was sent.");
	puts("See aws-mfa COMMAND --help and aws-mfa(1).");
}
