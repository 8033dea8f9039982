#include "command_options.h"

#include "settings/spelling.h"

#include <stdio.h>
#include <string.h>

#define COMMON(id) [OPTION_##id - N_SETTINGS]

/* Every command takes these. The Python tool has the commands setup and explain as options. */
static const struct option common[OPTION_OWN - N_SETTINGS] = {
	COMMON(LOG_LEVEL) = {.names = {"--log-level"},
		.argument = "LEVEL",
		.help = "DEBUG, INFO, WARNING, ERROR or CRITICAL; else INFO",
		.values = "DEBUG, INFO, WARNING, ERROR or CRITICAL"},
	COMMON(SETUP) = {.names = {"--setup"}, .help = "the command setup"},
	COMMON(EXPLAIN) = {.names = {"--explain"}, .help = "the command explain"},
	COMMON(VERSION) = {.names = {"--version"}, .help = "print the version"},
	COMMON(HELP) = {.names = {"--help", "-h"}, .help = "print help"},
};

const struct option *command_option_get(const struct command *c, size_t id)
{
	const struct option *o;

	if (id >= OPTION_OWN)
		o = id - OPTION_OWN < c->n_own ? &c->own[id - OPTION_OWN] : NULL;
	else if (id >= N_SETTINGS)
		o = &common[id - N_SETTINGS];
	else
		o = c->settings & SETTING_BIT(id) ? &settings_rule((enum setting)id)->option : NULL;
	return o && o->names[0] ? o : NULL;
}

/* Returns the option name of c at or after position *i, and moves *i past it. NULL at the end. */
static const char *next_name(const struct command *c, size_t *i, size_t *id)
{
	for (; *i / 2 < N_OPTIONS; ++*i) {
		const struct option *o = command_option_get(c, *i / 2);

		if (o && o->names[*i % 2]) {
			*id = *i / 2;
			return o->names[(*i)++ % 2];
		}
	}
	return NULL;
}

enum option_found command_option_find(
	const struct command *c, const char *name, size_t len, size_t *id)
{
	enum option_found found = FOUND_NONE;
	const char *candidate;

	for (size_t i = 0, its; (candidate = next_name(c, &i, &its));) {
		if (strncmp(candidate, name, len) != 0)
			continue;
		if (candidate[len] == '\0') {
			*id = its;
			return FOUND_ONE;
		}
		if (found == FOUND_NONE) {
			found = FOUND_ONE;
			*id = its;
		} else if (*id != its) {
			found = FOUND_SEVERAL;
		}
	}
	return found;
}

void command_option_list(
	const struct command *c, const char *name, size_t len, char *text, size_t size)
{
	const char *candidate;
	size_t used = 0;

	*text = '\0';
	for (size_t i = 0, id; (candidate = next_name(c, &i, &id)) && used < size;)
		if (strncmp(candidate, name, len) == 0)
			used += (size_t)snprintf(
				text + used, size - used, "%s%s", used > 0 ? ", " : "", candidate);
}

const char *command_option_nearest(const struct command *c, const char *name, size_t len)
{
	size_t distance = SIZE_MAX, dashes = strspn(name, "-");
	const char *nearest = NULL, *candidate;

	/* Ignore dashes: "-profile" is near --profile. */
	for (size_t i = 0, id; (candidate = next_name(c, &i, &id));) {
		const char *word = candidate + strspn(candidate, "-");

		if (spelling_is_nearer(word, strlen(word), name + dashes, len - dashes, &distance))
			nearest = candidate;
	}
	return nearest;
}
