#include "pasted.h"
#include "settings/suffix.h"
#include "settings/value.h"
#include "several.h"

#include <stdlib.h>
#include <string.h>

/* Where a name comes from: the key `also` of a profile; NULL: the user gave it. */
struct origin_of_name {
	const struct several_profile *from;
	const char *where; /* "/path:14: also" */
};

static struct several_profile *find(const struct several *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->profiles[i]->name, name) == 0)
			return s->profiles[i];
	return NULL;
}

/* A name that leads back to a profile on the way to it is a mistake. */
static enum status check_circle(
	const char *name, const struct origin_of_name *origin, struct error *e)
{
	if (origin->from && strcmp(origin->from->name, name) == 0)
		return error_set(e, STATUS_CONFIG,
			"%s names profile %.200s itself; remove it there", origin->where, name);
	for (const struct several_profile *p = origin->from; p; p = p->named_by)
		if (strcmp(p->name, name) == 0)
			return error_set(e, STATUS_CONFIG,
				"%s leads in a circle, back to profile %.200s; remove it there",
				origin->where, name);
	return STATUS_OK;
}

/* Loads a profile. NULL: the profile that is the default. */
static void load(const struct several *s, struct several_profile *p, const char *name)
{
	const char *options[N_SETTINGS];

	memcpy(options, s->options, sizeof(options));
	if (name)
		options[SETTING_PROFILE] = name;
	p->rc = refresh_load(&p->r, options, &p->e);
	p->done = p->rc != STATUS_OK;
	/* Without it, not even the site's file could be read, so no name came from a profile. */
	p->name = p->r.settings.value[SETTING_PROFILE];
	if (!p->name)
		p->name = name && !p->named_by ? name : "default";
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
static enum status add_others(struct several *s, const struct several_profile *p, struct error *e)
{
	const struct settings *settings = &p->r.settings;
	enum status rc = STATUS_OK;
	char *list, *rest, *name, *where;
	size_t line = 0;

	list = rest = also_of(settings, &line);
	where = settings_format("%s:%zu: also", settings->credentials.path, line);
	while (rc == STATUS_OK && where && (name = strsep(&rest, ",\n"))) {
		const struct origin_of_name origin = {p, where};

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
	struct several_profile *p;

	if (expected)
		return error_set(e, STATUS_CONFIG, "%s: '%.200s': %s", origin->where,
			pasted_hide(name), expected);
	if (rc != STATUS_OK || (name && find(s, name)))
		return rc;
	if (s->n == SEVERAL_MAX)
		return error_set(e, STATUS_USAGE,
			"more than %d profiles; refresh some of them first", SEVERAL_MAX);
	p = calloc(1, sizeof(*p));
	if (!p)
		return error_system(e, "settings");
	s->profiles[s->n++] = p;
	p->named_by = origin->from;
	p->r.mode = s->mode;
	load(s, p, name);
	if (origin->from && (p->rc == STATUS_NOT_SET_UP || p->rc == STATUS_USAGE))
		return error_set(
			e, STATUS_CONFIG, "%s: %.200s: %.700s", origin->where, name, p->e.text);
	return p->rc == STATUS_OK || p->rc == STATUS_VALID ? add_others(s, p, e) : STATUS_OK;
}

enum status several_add(struct several *s, const char *name, struct error *e)
{
	const struct origin_of_name by_user = {NULL, NULL};

	return add(s, name, &by_user, e);
}
