#include "list.h"

#include "keys.h"
#include "settings/absence.h"
#include "settings/suffix.h"
#include "settings/value.h"

#include <stdlib.h>
#include <string.h>

/* The section NAME-SUFFIX. */
static const struct ini_line *section(
	const struct profile_files *f, const char *name, size_t len, enum setting suffix)
{
	char text[SECTION_SIZE];

	len = profile_section_name(text, name, len, f->settings.value[suffix]);
	return len > 0 ? section_header(f, text, len) : NULL;
}

/* The length of the profile's name in the name of one of its sections. */
static size_t profile_of(const struct profile_files *f, const char *name, size_t len, bool config)
{
	size_t cut = suffix_cut(name, len, f->settings.value[SETTING_LONG_TERM_SUFFIX]);

	if (cut < len && (!config || section(f, name, cut, SETTING_LONG_TERM_SUFFIX)))
		return cut;
	cut = suffix_cut(name, len, f->settings.value[SETTING_SHORT_TERM_SUFFIX]);
	return cut < len && section(f, name, cut, SETTING_LONG_TERM_SUFFIX) ? cut : len;
}

/* The first section of the credentials file that belongs to this profile; NULL without one. */
static const struct ini_line *first_section(
	const struct profile_files *f, const char *name, size_t len)
{
	bool shared = value_is_word(f->settings.value[SETTING_SHORT_TERM_SUFFIX], "none");
	const struct ini_line *all[] = {section(f, name, len, SETTING_LONG_TERM_SUFFIX),
		shared ? NULL : section(f, name, len, SETTING_SHORT_TERM_SUFFIX),
		profile_of(f, name, len, false) == len ? section_header(f, name, len) : NULL};
	const struct ini_line *first = NULL;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i] && (!first || all[i] < first))
			first = all[i];
	return first;
}

struct adding {
	struct profile_files *files;
	struct profile_list *to;
	size_t room;
	bool refreshable;
	enum status status;
	struct error *e;
};

static void add(struct adding *a, const char *name, size_t len)
{
	struct profile_list *l = a->to;
	struct profile_state *p;
	char text[SECTION_SIZE];
	struct error e;
	enum status rc;

	if (len >= sizeof(text))
		return;
	memcpy(text, name, len);
	text[len] = '\0';
	/* A name that no command takes. */
	if (strlen(text) != len || value_profile(text))
		return;
	if (l->n == a->room) {
		a->room = a->room * 2 + 16;
		p = reallocarray(l->list, a->room, sizeof(l->list[0]));
		if (!p) {
			a->status = error_system(a->e, "profiles");
			return;
		}
		l->list = p;
	}
	p = &l->list[l->n];
	rc = profile_state_read(a->files, text, p, &e);
	if (rc == STATUS_OK &&
		(!a->refreshable || (p->refreshable && p->session != PROFILE_ELSEWHERE))) {
		l->n++;
		return;
	}
	profile_state_free(p);
	if (rc != STATUS_OK && a->status == STATUS_OK) {
		*a->e = e;
		a->status = rc;
	}
}

static void add_all(struct adding *a)
{
	const struct profile_files *f = a->files;
	const struct ini *ini = &f->settings.credentials;

	for (size_t i = 0; i < ini->n_lines && a->status != STATUS_SYSTEM; i++) {
		const struct ini_line *l = &ini->lines[i];
		const char *name = ini->bytes.data + l->name;
		size_t len = ini_is_section(ini, l) ? profile_of(f, name, l->name_len, false) : 0;

		if (len > 0 && first_section(f, name, len) == l)
			add(a, name, len);
	}
	ini = &f->settings.config;
	for (size_t i = 0; i < ini->n_lines && a->status != STATUS_SYSTEM; i++) {
		const struct ini_line *l = &ini->lines[i];
		char name[SECTION_SIZE];
		size_t len;

		if (!ini_is_section(ini, l) || l->name_len >= sizeof(name) ||
			profiles_header(ini, l, name, &len) != SECTION_PROFILE)
			continue;
		name[len] = '\0';
		if (profiles_find(&f->config, name) == l && profile_of(f, name, len, true) == len &&
			!first_section(f, name, len))
			add(a, name, len);
	}
}

enum status profile_files_check(const struct profile_files *f, struct error *e)
{
	const struct settings *s = &f->settings;

	for (size_t i = 0; i < s->credentials.n_lines; i++)
		if (s->credentials.lines[i].kind == INI_SECTION)
			return STATUS_OK;
	return S_ISREG(s->credentials_stat.st_mode)
		? absence_check(&s->credentials, &s->credentials_faults, NULL, s->mode, e)
		: STATUS_OK;
}

enum status profile_list_read(
	struct profile_files *f, bool refreshable, struct profile_list *l, struct error *e)
{
	struct adding a = {
		.files = f, .to = l, .refreshable = refreshable, .status = STATUS_OK, .e = e};

	*l = (struct profile_list){0};
	add_all(&a);
	return a.status == STATUS_OK ? profile_files_check(f, e) : a.status;
}

void profile_list_free(struct profile_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		profile_state_free(&l->list[i]);
	free(l->list);
	*l = (struct profile_list){0};
}
