#include "command_line.h"

#include "code.h"
#include "command_options.h"
#include "other_tools.h"
#include "pasted.h"
#include "settings/spelling.h"
#include "settings/value.h"
#include "text/log.h"
#include "text/secret.h"

#include <stdio.h>
#include <string.h>

struct parser {
	const struct command *const *commands;
	struct command_line *line;
	char **argv;
	int argc;
	int at;         /* the current word */
	int command_at; /* the word that names the command; 0 without one */
	char help[64];
	struct error *e;
};

/* An option in argv, such as --name=value. */
struct written {
	const char *name;
	size_t len;
	char *value; /* NULL without '=' */
};

/* False for an operand. "-" is an operand. */
static bool is_option(char *word, struct written *w)
{
	w->name = word;
	w->len = strcspn(word, "=");
	w->value = word[w->len] == '=' ? word + w->len + 1 : NULL;
	return word[0] == '-' && word[1] != '\0';
}

/*
 * Is the word after argv[at] the value of an option? Threat: in `--profile --token=123456` the name
 * of the profile is missing. The code would become that name, and messages would show it.
 */
static bool has_value(const struct parser *p, int at)
{
	struct written w;

	return at + 1 < p->argc && !is_option(p->argv[at + 1], &w);
}

static enum status no_such_command(struct parser *p, const char *name)
{
	const char *theirs = other_tools_word(name, name ? strlen(name) : 0);
	const char *nearest = theirs;
	size_t distance = SIZE_MAX;

	for (const struct command *const *c = p->commands; *c && !theirs; c++)
		if (!(*c)->hidden &&
			spelling_is_nearer(
				(*c)->name, strlen((*c)->name), name, strlen(name), &distance))
			nearest = (*c)->name;
	if (nearest)
		return error_set(p->e, STATUS_USAGE,
			"'%s': no such command; did you mean %s? Else see aws-mfa --help", name,
			nearest);
	return error_set(p->e, STATUS_USAGE,
		"'%s': no such command; write --profile NAME for a profile; see aws-mfa --help",
		pasted_hide(name));
}

/*
 * Returns the first visible command that has an option w, and sets *id to its number. NULL: no
 * command has it. *differs: w takes an argument for some commands and none for others.
 */
static const struct command *find_anywhere(
	const struct parser *p, const struct written *w, size_t *id, bool *differs)
{
	const struct command *first = NULL;
	bool takes_value = false;

	*differs = false;
	for (const struct command *const *c = p->commands; *c; c++) {
		size_t its;
		bool takes;

		if ((*c)->hidden || command_option_find(*c, w->name, w->len, &its) == FOUND_NONE)
			continue;
		takes = command_option_get(*c, its)->argument;
		if (!first) {
			first = *c;
			*id = its;
			takes_value = takes;
		}
		*differs = *differs || takes != takes_value;
	}
	return first;
}

/*
 * Returns the word that names the command; NULL without one. *doubtful: an option before that word
 * that takes an argument for some commands only.
 */
static const char *find_command(struct parser *p, struct written *doubtful)
{
	for (int i = 1; i < p->argc; i++) {
		bool ends = strcmp(p->argv[i], "--") == 0, differs;
		const struct command *c;
		const struct option *o;
		struct written w;
		size_t id;

		if (ends && ++i == p->argc)
			break;
		if (ends || !is_option(p->argv[i], &w)) {
			p->command_at = i;
			return p->argv[i];
		}
		c = find_anywhere(p, &w, &id, &differs);
		/* take_option() reports this mistake. */
		if (!c || command_option_find(c, w.name, w.len, &id) == FOUND_SEVERAL)
			break;
		if (differs)
			*doubtful = w;
		o = command_option_get(c, id);
		if (id == OPTION_SETUP || id == OPTION_EXPLAIN)
			return o->names[0] + strlen("--");
		if (o->argument && !w.value && has_value(p, i))
			i++;
	}
	return NULL;
}

/* NULL: there is no such command. */
static const struct command *find_by_name(const struct parser *p, const char *name)
{
	const struct command *const *c = p->commands;

	while (*c && strcmp((*c)->name, name) != 0)
		c++;
	return *c;
}

/*
 * Finds the command. Options may come before it, but only the command says which options exist. To
 * skip them, it is enough to know which of them take the next word.
 */
static enum status set_command(struct parser *p)
{
	struct written doubtful = {.name = NULL};
	const char *name = find_command(p, &doubtful);
	const struct command *c = name ? find_by_name(p, name) : p->commands[0];

	p->line->named = name;
	p->line->command = c;
	if (!c) {
		no_such_command(p, name);
		return STATUS_USAGE;
	}
	if (doubtful.name && c != p->commands[0])
		return error_set(p->e, STATUS_USAGE,
			"%.*s: differs between commands; write the command before this option",
			(int)doubtful.len, doubtful.name);
	return STATUS_OK;
}

/* The command that shows the right options. */
static const char *help_of(struct parser *p)
{
	if (!p->line->named)
		return "aws-mfa --help";
	snprintf(p->help, sizeof(p->help), "aws-mfa %s --help", p->line->command->name);
	return p->help;
}

/* The command that is meant by `--list`, which is an option of other tools; NULL without one. */
static const char *command_of_option(const struct parser *p, const struct written *w)
{
	const struct command *c;
	char word[32] = "";

	if (strncmp(w->name, "--", 2) == 0)
		snprintf(word, sizeof(word), "%.*s", (int)w->len - 2, w->name + 2);
	c = find_by_name(p, word);
	return c && !c->hidden ? c->name : other_tools_word(word, strlen(word));
}

static enum status no_such_option(struct parser *p, const struct written *w)
{
	const struct command *c = p->line->command;
	const char *nearest = other_tools_word(w->name, w->len);
	/* Do not show the code of -t123456. */
	int shown = (int)strcspn(w->name, "=0123456789");
	const struct command *other;
	bool differs;
	size_t id;

	if (nearest && command_option_find(c, nearest, strlen(nearest), &id) == FOUND_NONE)
		nearest = NULL;
	other = find_anywhere(p, w, &id, &differs);
	if (other)
		return error_set(p->e, STATUS_USAGE,
			"%s: is no option of %s, but of %s%s%s; see %s",
			command_option_get(other, id)->names[0], c->name, other->name,
			nearest ? "; did you mean " : "", nearest ? nearest : "", help_of(p));
	if (!nearest)
		nearest = command_of_option(p, w);
	if (!nearest)
		nearest = command_option_nearest(c, w->name, w->len);
	if (nearest)
		return error_set(p->e, STATUS_USAGE,
			"%.*s: no such option; did you mean %s? Else see %s", shown, w->name,
			nearest, help_of(p));
	return error_set(
		p->e, STATUS_USAGE, "%.*s: no such option; see %s", shown, w->name, help_of(p));
}

static enum status second_command(struct parser *p, const char *word)
{
	return error_set(p->e, STATUS_USAGE, "'%s': give one command only, and %s is one; see %s",
		pasted_hide(word), p->line->command->name, help_of(p));
}

static enum status one_too_many(struct parser *p, const char *word)
{
	const struct command *c = p->line->command;
	const char *rest = c->rest;

	if (c->max_operands == 0 && find_by_name(p, word))
		return second_command(p, word);
	if (c->max_operands == 0)
		return error_set(p->e, STATUS_USAGE, "'%s': %s takes no name%s; see %s",
			pasted_hide(word), c->name,
			c->settings & SETTING_BIT(SETTING_PROFILE) ? ", but --profile NAME" : "",
			help_of(p));
	if (rest)
		return error_set(p->e, STATUS_USAGE,
			"'%s': unexpected word; write %s last, after --; see %s", pasted_hide(word),
			rest, help_of(p));
	return error_set(
		p->e, STATUS_USAGE, "'%s': unexpected word; see %s", pasted_hide(word), help_of(p));
}

/* Sets *copy to value, or to list, a comma and value. */
static bool make_copy(struct secret *copy, const char *list, const char *value)
{
	struct secret made = {0};

	if (!secret_make(&made, (list ? strlen(list) + 1 : 0) + strlen(value)))
		return false;
	if (list) {
		secret_add(&made, list, strlen(list));
		secret_add(&made, ",", 1);
	}
	secret_add(&made, value, strlen(value));
	secret_free(copy);
	*copy = made;
	return true;
}

static enum status give(struct parser *p, size_t id, char *value)
{
	const struct option *o = command_option_get(p->line->command, id);
	struct secret *copy = &p->line->copy[id];
	const char **place = &p->line->option[id];
	bool adds = o->adds_up && *place, copied;

	if (id == OPTION_LOG_LEVEL && !log_set_level(value))
		return error_set(p->e, STATUS_USAGE,
			"--log-level: '%s': expected DEBUG, INFO, WARNING, ERROR or CRITICAL",
			value);
	if ((id == OPTION_SETUP || id == OPTION_EXPLAIN) &&
		strcmp(o->names[0] + strlen("--"), p->line->command->name) != 0)
		return second_command(p, o->names[0] + strlen("--"));
	if (!value || (!o->secret && !adds)) {
		*place = value ? value : "";
		return STATUS_OK;
	}
	copied = make_copy(copy, adds ? *place : NULL, value);
	/* Hide it from ps. */
	if (o->secret)
		memset(value, 'x', strlen(value));
	if (!copied)
		return error_system(p->e, o->names[0]);
	*place = copy->data;
	return STATUS_OK;
}

static enum status take_option(struct parser *p, const struct written *w)
{
	const struct command *c = p->line->command;
	const struct option *o;
	char *value = w->value;
	char several[512];
	size_t id;

	switch (command_option_find(c, w->name, w->len, &id)) {
	case FOUND_NONE:
		return no_such_option(p, w);
	case FOUND_SEVERAL:
		command_option_list(c, w->name, w->len, several, sizeof(several));
		return error_set(p->e, STATUS_USAGE,
			"%.*s: is short for several options; write one of them in full: %s",
			(int)w->len, w->name, several);
	case FOUND_ONE:
		break;
	}
	o = command_option_get(c, id);
	if (!o->argument && value)
		return error_set(p->e, STATUS_USAGE, "%s: takes no value; expected only %s",
			o->names[0], o->names[0]);
	if (o->argument && !value && has_value(p, p->at))
		value = p->argv[++p->at];
	if (o->argument && !value)
		return error_set(p->e, STATUS_USAGE,
			"%s: value missing; expected %s %s, or %s=%s if it begins with '-'",
			o->names[0], o->names[0], o->argument, o->names[0], o->argument);
	return give(p, id, value);
}

/* Moves operands to the beginning of argv. The words there are not needed any more. */
static enum status take_operand(struct parser *p, char *word)
{
	struct command_line *line = p->line;

	if (p->at == p->command_at)
		return STATUS_OK;
	/* `--explain explain` names the command twice. */
	if (line->command->max_operands == 0 && strcmp(word, line->command->name) == 0)
		return STATUS_OK;
	if (line->n_operands == line->command->max_operands)
		return one_too_many(p, word);
	line->operands[line->n_operands++] = word;
	return STATUS_OK;
}

static enum status judge_number(struct parser *p)
{
	const struct command *c = p->line->command;

	if (p->line->n_operands < c->min_operands)
		return error_set(p->e, STATUS_USAGE, "%s: %s is missing; see %s", c->name,
			c->operand, help_of(p));
	if (c->rest && !c->rest_optional && (!p->line->rest || !p->line->rest[0]))
		return error_set(p->e, STATUS_USAGE,
			"%s: %s is missing; write it last, after --; see %s", c->name, c->rest,
			help_of(p));
	return STATUS_OK;
}

enum status command_line_parse(const struct command *const *commands, int argc, char **argv,
	struct command_line *line, struct error *e)
{
	struct parser p = {
		.commands = commands, .line = line, .argc = argc, .argv = argv, .at = 1, .e = e};
	enum status rc = set_command(&p);
	bool ended = false;

	line->operands = argv + 1;
	for (; rc == STATUS_OK && p.at < argc; p.at++) {
		struct written w;

		if (ended || !is_option(argv[p.at], &w)) {
			rc = take_operand(&p, argv[p.at]);
		} else if (strcmp(argv[p.at], "--") != 0) {
			rc = take_option(&p, &w);
		} else if (line->command->rest && p.command_at < p.at) {
			line->rest = argv + p.at + 1;
			break;
		} else {
			ended = true;
		}
		if (line->option[OPTION_HELP] || line->option[OPTION_VERSION])
			return rc;
	}
	if (rc == STATUS_OK)
		rc = judge_number(&p);
	/* `aws-mfa 123456`: scripts keep our messages in logs. */
	if (rc == STATUS_USAGE)
		code_strike_out_any(e->text);
	return rc;
}

void command_line_free(struct command_line *line)
{
	for (size_t id = 0; id < N_OPTIONS; id++)
		secret_free(&line->copy[id]);
}

enum status command_line_profile(
	const struct command_line *line, const char *options[N_SETTINGS], struct error *e)
{
	const char *name = line->n_operands > 0 ? line->operands[0] : NULL;

	for (size_t id = 0; id < N_SETTINGS; id++)
		options[id] = line->option[id];
	if (name && options[SETTING_PROFILE]) {
		error_set(e, STATUS_USAGE,
			"--profile: the profile is named already: '%.200s'; leave one of them out%s%s",
			name, line->command->rest && !line->rest ? ", or write -- before " : "",
			line->command->rest && !line->rest ? line->command->rest : "");
		code_strike_out_any(e->text);
		return STATUS_USAGE;
	}
	if (name)
		options[SETTING_PROFILE] = name;
	for (size_t i = 0; i < line->n_operands; i++) {
		const char *expected = value_profile(line->operands[i]);

		if (expected)
			return error_set(e, STATUS_USAGE, "'%.200s': %s",
				pasted_hide(line->operands[i]), expected);
	}
	return STATUS_OK;
}
