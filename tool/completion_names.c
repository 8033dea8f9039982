#include "completion_names.h"

#include "file/read.h"
#include "settings/files.h"
#include "settings/profiles.h"
#include "settings/settings.h"
#include "settings/suffix.h"
#include "settings/value.h"
#include "text/log.h"

#include <stdlib.h>
#include <string.h>

/* A person waits for the shell. */
#define WAIT_MS 200

struct names {
	const char *prefix;
	const char *(*check)(const char *value); /* value.h */
	char **list;
	size_t n, room;
};

static bool is_shown_as_it_is(const char *name)
{
	char *shown = strdup(name);
	bool same;

	if (!shown)
		return false;
	log_clean(shown);
	same = strcmp(shown, name) == 0;
	free(shown);
	return same;
}

static bool make_room(struct names *names)
{
	size_t room = 2 * names->room + 64;
	char **list;

	if (names->n < names->room)
		return true;
	list = reallocarray(names->list, room, sizeof(*list));
	if (!list)
		return false;
	names->list = list;
	names->room = room;
	return true;
}

/* Without memory, names are missing. */
static void add(struct names *names, const char *name, size_t len)
{
	size_t prefix = strlen(names->prefix);
	char *copy;

	if (len < prefix || memcmp(name, names->prefix, prefix) != 0 || !make_room(names))
		return;
	copy = strndup(name, len);
	if (copy && strlen(copy) == len && !names->check(copy) && is_shown_as_it_is(copy))
		names->list[names->n++] = copy;
	else
		free(copy);
}

static void add_profiles(const struct settings *s, struct names *names)
{
	const struct ini *const files[] = {&s->credentials, &s->config};
	const char *suffix = s->value[SETTING_LONG_TERM_SUFFIX];
	char name[300];

	for (size_t f = 0; f < 2; f++) {
		for (size_t i = 0; i < files[f]->n_lines; i++) {
			const struct ini_line *l = &files[f]->lines[i];
			size_t len = l->name_len;

			if (!ini_is_section(files[f], l) || len >= sizeof(name))
				continue;
			memcpy(name, files[f]->bytes.data + l->name, len);
			if (f == 0 || profiles_header(files[f], l, name, &len) == SECTION_PROFILE)
				add(names, name, suffix_cut(name, len, suffix));
		}
	}
}

/* The values that a setting has anywhere. */
static void add_values(const struct settings *s, enum setting id, struct names *names)
{
	const struct ini *const files[] = {&s->credentials, &s->config};
	const struct rule *rule = settings_rule(id);

	for (size_t f = 0; f < 2; f++) {
		for (size_t i = 0; i < 2 * files[f]->n_lines; i++) {
			const struct ini_line *l = &files[f]->lines[i / 2];
			const char *key = rule->keys[i % 2];
			const char *name = files[f]->bytes.data + l->name;

			if (l->kind == INI_KEY && key && l->name_len == strlen(key) &&
				strncasecmp(name, key, l->name_len) == 0)
				add(names, files[f]->bytes.data + l->value, l->value_len);
		}
	}
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void completion_names(const char *values, const char *prefix, completion_name *give, void *arg)
{
	const char *const none[N_SETTINGS] = {NULL};
	struct names names = {.prefix = prefix};
	struct settings s;
	struct error e;

	file_wait_at_most(WAIT_MS);
	if (settings_locate(&s, none, &e) == STATUS_OK) {
		settings_read_credentials(&s, &e);
		settings_read_config(&s, &e);
	}
	if (strcmp(values, VALUES_PROFILES) == 0) {
		names.check = value_profile;
		add_profiles(&s, &names);
	} else if (strcmp(values, VALUES_ROLES) == 0) {
		names.check = value_role_arn;
		add_values(&s, SETTING_ASSUME_ROLE, &names);
	} else {
		names.check = value_mfa_serial;
		add_values(&s, SETTING_DEVICE, &names);
	}
	if (names.n > 0)
		qsort(names.list, names.n, sizeof(*names.list), compare);
	for (size_t i = 0; i < names.n; i++) {
		if (i + 1 == names.n || strcmp(names.list[i], names.list[i + 1]) != 0)
			give(arg, names.list[i]);
	}
	for (size_t i = 0; i < names.n; i++)
		free(names.list[i]);
	free(names.list);
	settings_free(&s);
}
