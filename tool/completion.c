#include "completion.h"

#include "command_options.h"
#include "completion_names.h"

#include <stdio.h>
#include <string.h>

struct search {
	const struct command *command; /* NULL: none is named yet */
	bool unknown;                  /* a word that is no command */
	bool ended;                    /* by "--": no more options */
	bool rest;                     /* what follows belongs to another command */
	size_t n_operands;
	const struct option *wanted; /* the option that needs a value now */
	bool given[N_OPTIONS];
	const char *typed;
	bool filter;
	completion_add *add;
	void *arg;
};

static const struct command *find_command(const char *name)
{
	for (const struct command *const *c = all_commands; *c; c++)
		if (strcmp((*c)->name, name) == 0)
			return *c;
	return NULL;
}

static const struct option *option_of(
	struct search *s, const struct command *c, const char *name, size_t len)
{
	size_t id;

	if (command_option_find(c, name, len, &id) != FOUND_ONE)
		return NULL;
	/* Other commands have own options with the same number. */
	s->given[id] = s->command || id < OPTION_OWN;
	return command_option_get(c, id);
}

/* Before the command is named, an option may be that of any command. */
static const struct option *find_option(struct search *s, const char *name, size_t len)
{
	const struct option *o = NULL;

	if (s->command)
		return option_of(s, s->command, name, len);
	for (const struct command *const *c = all_commands; *c && !o; c++)
		o = option_of(s, *c, name, len);
	return o;
}

static void take_word(struct search *s, const char *word)
{
	const struct option *o;
	size_t len = strcspn(word, "=");

	if (s->wanted) {
		s->wanted = NULL;
	} else if (!s->ended && strcmp(word, "--") == 0) {
		s->ended = true;
		s->rest = s->command && s->command->rest;
	} else if (!s->ended && word[0] == '-' && word[1]) {
		o = find_option(s, word, len);
		s->wanted = o && o->argument && !word[len] ? o : NULL;
	} else if (!s->command) {
		s->command = find_command(word);
		s->unknown = !s->command;
	} else {
		s->n_operands++;
	}
}

static void offer(const struct search *s, const char *word, const char *help)
{
	if (!s->filter || strncmp(word, s->typed, strlen(s->typed)) == 0)
		s->add(s->arg, word, help);
}

/* The values after `before`, which is "" or "--option=". */
struct values {
	const struct search *search;
	const char *before;
	size_t len;
};

static void add_value(void *arg, const char *value)
{
	const struct values *v = arg;
	char word[2048];

	/* By itself, a word with a dash would be an option. */
	if (value[0] == '-' && v->len == 0 && !v->search->ended)
		return;
	if (snprintf(word, sizeof(word), "%.*s%s", (int)v->len, v->before, value) <
		(int)sizeof(word))
		offer(v->search, word, NULL);
}

static enum completion_kind offer_values(const struct search *s, const char *values, size_t len)
{
	struct values v = {s, s->typed, len};
	char word[64];

	if (!values)
		return COMPLETION_WORDS;
	if (strcmp(values, VALUES_FILES) == 0)
		return COMPLETION_FILES;
	if (strcmp(values, VALUES_USERS) == 0)
		return COMPLETION_USERS;
	if (values[0] == '<')
		completion_names(values, s->filter ? s->typed + len : "", add_value, &v);
	else
		for (; *values; values += strspn(values, ", ")) {
			snprintf(word, sizeof(word), "%.*s", (int)strcspn(values, ", "), values);
			values += strlen(word);
			if (strcmp(word, "or") != 0)
				add_value(&v, word);
		}
	return COMPLETION_WORDS;
}

static enum completion_kind offer_option(struct search *s)
{
	const struct command *c = s->command ? s->command : all_commands[0];
	size_t len = strcspn(s->typed, "=");
	const struct option *o;

	if (s->typed[len]) {
		o = find_option(s, s->typed, len);
		return offer_values(s, o && o->argument ? o->values : NULL, len + 1);
	}
	for (size_t id = 0; id < N_OPTIONS; id++) {
		o = command_option_get(c, id);
		/* These two are commands, too. */
		if (o && id != OPTION_SETUP && id != OPTION_EXPLAIN &&
			(o->adds_up || !s->given[id]))
			offer(s, o->names[0], o->help);
	}
	return COMPLETION_WORDS;
}

static enum completion_kind offer_operand(const struct search *s)
{
	const struct command *c = s->command;
	const char *values;

	if (s->n_operands >= c->max_operands)
		return COMPLETION_WORDS;
	values = c->values[s->n_operands > 0];
	if (!values && strcmp(c->operand, "NAME") == 0)
		values = VALUES_PROFILES;
	return offer_values(s, values, 0);
}

enum completion_kind completion_find(char *const words[], size_t n, const char *typed, bool filter,
	completion_add *add, void *arg)
{
	struct search s = {.typed = typed, .filter = filter, .add = add, .arg = arg};

	for (size_t i = 0; i < n && !s.rest; i++)
		take_word(&s, words[i]);
	if (s.rest)
		return COMPLETION_COMMAND;
	if (s.unknown)
		return COMPLETION_WORDS;
	if (s.wanted)
		return offer_values(&s, s.wanted->values, 0);
	if (typed[0] == '-' && !s.ended)
		return offer_option(&s);
	if (s.command)
		return offer_operand(&s);
	for (const struct command *const *c = all_commands; *c; c++)
		if (!(*c)->hidden)
			offer(&s, (*c)->name, (*c)->summary);
	return COMPLETION_WORDS;
}
