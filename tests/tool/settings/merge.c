#include "merge.h"

#include <stdlib.h>
#include <string.h>

static bool add_profile(struct profiles *p, const struct ini *ini, const struct ini_line *header)
{
	struct profile *profile = &p->list[p->n];
	char *name = malloc(header->name_len + 1);

	if (!name)
		return false;
	*profile = (struct profile){.name = name, .name_len = header->name_len};
	if (ini == p->credentials) {
		memcpy(name, ini->bytes.data + header->name, header->name_len);
		profile->credentials = header;
	} else if (profiles_header(ini, header, name, &profile->name_len) == SECTION_PROFILE) {
		profile->config = header;
	} else {
		free(name);
		return true;
	}
	p->n++;
	return true;
}

static bool add_profiles(struct profiles *p, const struct ini *ini)
{
	for (size_t i = 0; i < ini->n_lines; i++)
		if (ini_is_section(ini, &ini->lines[i]) && !add_profile(p, ini, &ini->lines[i]))
			return false;
	return true;
}

static int compare_names(const struct profile *a, const struct profile *b)
{
	size_t len = a->name_len < b->name_len ? a->name_len : b->name_len;
	int order = memcmp(a->name, b->name, len);

	return order ? order : (a->name_len > b->name_len) - (a->name_len < b->name_len);
}

/* By name; with one name, the config file's in the order of its lines, then the other. */
static int compare(const void *a, const void *b)
{
	const struct profile *x = a, *y = b;
	int order = compare_names(x, y);

	if (order)
		return order;
	if (!x->config || !y->config)
		return !x->config - !y->config;
	return (x->config > y->config) - (x->config < y->config);
}

enum status merge_profiles(struct profiles *p, const struct ini *config,
	const struct ini *credentials, struct error *e)
{
	size_t n = 0, merged = 0;

	*p = (struct profiles){.config = config, .credentials = credentials};
	for (size_t i = 0; i < config->n_lines; i++)
		n += ini_is_section(config, &config->lines[i]);
	for (size_t i = 0; i < credentials->n_lines; i++)
		n += ini_is_section(credentials, &credentials->lines[i]);
	p->list = calloc(n + 1, sizeof(*p->list));
	if (!p->list || !add_profiles(p, config) || !add_profiles(p, credentials))
		return error_system(e, "profiles");
	qsort(p->list, p->n, sizeof(*p->list), compare);
	for (size_t i = 1; i < p->n; i++) {
		struct profile *into = &p->list[merged], *from = &p->list[i];

		if (compare_names(into, from) != 0) {
			p->list[++merged] = *from;
			continue;
		}
		if (from->config)
			into->config = from->config;
		if (from->credentials)
			into->credentials = from->credentials;
		free(from->name);
	}
	p->n = p->n ? merged + 1 : 0;
	return STATUS_OK;
}

void merged_free(struct profiles *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->list[i].name);
	free(p->list);
	*p = (struct profiles){0};
}

const struct ini_line *merged_key(const struct profiles *p, const struct profile *profile,
	const char *key, size_t len, const struct ini **in)
{
	const struct ini_line *found = NULL;

	*in = p->credentials;
	if (profile->credentials)
		found = ini_key(p->credentials, profile->credentials, key, len);
	if (found || !profile->config)
		return found;
	*in = p->config;
	return ini_key(p->config, profile->config, key, len);
}

/* The section's own key behind after (NULL: its first) in the file's order; NULL at the end. */
static const struct ini_line *next_key(
	const struct ini *ini, const struct ini_line *section, const struct ini_line *after)
{
	const struct ini_line *header = &ini->lines[(after ? after : section)->section - 1];
	const struct ini_line *end = ini->lines + ini->n_lines;
	const struct ini_line *l = after ? after : header;

	for (;;) {
		while (++l < end && l->kind != INI_SECTION)
			if (l->kind == INI_KEY && !l->next)
				return l;
		if (!header->next)
			return NULL;
		l = header = &ini->lines[header->next - 1];
	}
}

static void each_key(const struct profiles *p, const struct profile *profile, const struct ini *ini,
	const struct ini_line *section, merged_key_fn *each, void *arg)
{
	const struct ini_line *key = NULL;

	while (section && (key = next_key(ini, section, key))) {
		const struct ini *in;

		if (merged_key(p, profile, ini->bytes.data + key->name, key->name_len, &in) == key)
			each(arg, ini, key);
	}
}

void merged_each_key(
	const struct profiles *p, const struct profile *profile, merged_key_fn *each, void *arg)
{
	const struct ini *inis[] = {p->config, p->credentials};
	const struct ini_line *sections[] = {profile->config, profile->credentials};

	for (size_t i = 0; i < 2; i++) {
		if (!sections[i])
			continue;
		each_key(p, profile, inis[i], sections[i], each, arg);
		each_key(p, profile, inis[i], ini_section(inis[i], "DEFAULT", 7), each, arg);
	}
}
