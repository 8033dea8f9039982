#include "pasted.h"
#include "settings/suffix.h"
#include "settings/value.h"
#include "several.h"

#include <stdlib.h>
#include <string.h>

/* Where a name comes from: the key `also` of a profile; NULL: the user gave it. */
struct origin_of_name {
	const struct one *from;
	const char *where; /* "/path:14: also" */
};

static struct one *find(const struct several *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->of[i]->name, name) == 0)
			return s->of[i];
	return NULL;
}

/* A name that leads back to a profile on the way to it is a mistake. */
static enum status check_circle(
	const char *name, const struct origin_of_name *origin, struct error *e)
{
	if (origin->from && strcmp(origin->from->name, name) == 0)
		return error_set(e, STATUS_CONFIG,
			"%s names profile %.200s itself; remove it there", origin->where, name);
	for (const struct one *one = origin->from; one; one = one->from)
		if (strcmp(one->name, name) == 0)
			return error_set(e, STATUS_CONFIG,
				"%s leads in a circle, back to profile %.200s; remove it there",
				origin->where, name);
	return STATUS_OK;
}

/* Loads a profile. NULL: the profile that is the default. */
static void load(const struct several *s, struct one *one, const char *name)
{
	const char *options[N_SETTINGS];

	memcpy(options, s->options, sizeof(options));
	if (name)
		options[SETTING_PROFILE] = name;
	one->rc = refresh_load(&one->r, options, &one->e);
	one->done = one->rc != STATUS_OK;
	/* Without it, not even the site's file could be read, so no name came from a profile. */
	one->name = one->r.settings.value[SETTING_PROFILE];
	if (!one->name)
		one->name = name && !one->from ? name : "default";
}

static enum status add(
	struct several *s, const char *name, const struct origin_of_name *origin, struct error *e);

/* The value of `also` in the long-term section of the profile itself; the caller frees it. */
static char *also_of(const struct settings *settings, size_t *line)
{
	char *own = suffix_add(
		settings->value[SETTING_PROFILE], settings->value[SETTING_LONG_TERM_SUFFIX]);
	char *list = own ? ini_get(&settings->credentials, own, "also", line) : NULL;

	free(own);
	return list;
}

bool several_has_also(const struct settings *settings)
{
	char *list = also_of(settings, NULL);

	free(list);
	return list != NULL;
}

/* Adds the profiles that `also` of this one names. */
static enum status add_others(struct several *s, const struct one *one, struct error *e)
{
	const struct settings *settings = &one->r.settings;
	enum status rc = STATUS_OK;
	char *list, *rest, *name, *where;
	size_t line = 0;

	list = rest = also_of(settings, &line);
	where = settings_format("%s:%zu: also", settings->credentials.path, line);
	while (rc == STATUS_OK && where && (name = strsep(&rest, ",\n"))) {
		const struct origin_of_name origin = {one, where};

		name += strspn(name, " \t");
		for (size_t len = strlen(name); len > 0 && strchr(" \t", name[len - 1]); len--)
			name[len - 1] = '\0';
		if (*name)
			rc = add(s, name, &origin, e);
	}
	free(where);
	free(list);
	return rc;
}

static enum status add(
	struct several *s, const char *name, const struct origin_of_name *origin, struct error *e)
{
	enum status rc = name ? check_circle(name, origin, e) : STATUS_OK;
	const char *expected = origin->from ? value_profile(name) : NULL;
	struct one *one;

	if (expected)
		return error_set(e, STATUS_CONFIG, "%s: '%.200s': %s", origin->where,
			pasted_hide(name), expected);
	if (rc != STATUS_OK || (name && find(s, name)))
		return rc;
	if (s->n == SEVERAL_MAX)
		return error_set(e, STATUS_USAGE,
			"more than %d profiles; refresh some of them first", SEVERAL_MAX);
	one = calloc(1, sizeof(*one));
	if (!one)
		return error_system(e, "settings");
	s->of[s->n++] = one;
	one->from = origin->from;
	one->r.mode = s->mode;
	load(s, one, name);
	if (origin->from && (one->rc == STATUS_NOT_SET_UP || one->rc == STATUS_USAGE))
		return error_set(
			e, STATUS_CONFIG, "%s: %.200s: %.700s", origin->where, name, one->e.text);
	return one->rc == STATUS_OK || one->rc == STATUS_VALID ? add_others(s, one, e) : STATUS_OK;
}

enum status several_add(struct several *s, const char *name, struct error *e)
{
	const struct origin_of_name by_user = {NULL, NULL};

	return add(s, name, &by_user, e);
}
