#include "sections.h"

#include "file/read.h"
#include "ini/faults.h"
#include "settings/outer.h"
#include "settings/settings.h"
#include "text/log.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Below the second after which a reader prints that it waits (steady.h). */
#define WAIT_MS 950

#define SECTION_NAME(id, name) {sizeof(name) - 1, name},
/* clang-format off */
static const struct {
	size_t len;
	char text[24];
} names[N_SECTION_KEYS] = {SECTION_KEYS(SECTION_NAME)};
/* clang-format on */

static void take_line(struct section *p, const struct ini_line *l)
{
	const char *name = p->ini->bytes.data + l->name;

	for (size_t i = 0; i < N_SECTION_KEYS; i++)
		if (names[i].len == l->name_len &&
			strncasecmp(names[i].text, name, l->name_len) == 0)
			p->key[i] = l;
}

/* Walks over the lines: a look-up for each key would cost more. */
static void take_lines(struct section *p, const struct ini_line *header)
{
	const struct ini_line *lines = p->ini->lines, *end = lines + p->ini->n_lines;

	for (size_t i = header ? header->section : 0; i > 0; i = lines[i - 1].next)
		for (const struct ini_line *l = &lines[i]; l < end && l->kind != INI_SECTION; l++)
			if (l->kind == INI_KEY && !l->next)
				take_line(p, l);
}

void section_read(
	const struct profile_files *f, int which, const struct ini_line *header, struct section *to)
{
	const struct settings *s = &f->settings;

	*to = (struct section){.ini = NULL};
	if (!header)
		return;
	to->ini = which == CREDENTIALS ? &s->credentials : &s->config;
	take_lines(to, to->ini->defaults);
	take_lines(to, header);
}

const struct ini_line *section_header(const struct profile_files *f, const char *name, size_t len)
{
	const struct ini_line *found = ini_section(&f->settings.credentials, name, len);

	return found && ini_is_section(&f->settings.credentials, found) ? found : NULL;
}

void sections_read(const struct profile_files *f, const char *name, struct sections *to)
{
	section_read(f, CREDENTIALS, section_header(f, name, strlen(name)), &to->part[CREDENTIALS]);
	section_read(f, CONFIG, profiles_find(&f->config, name), &to->part[CONFIG]);
}

char *section_value(const struct section *p, enum section_key k)
{
	char *text = p->key[k] ? ini_value(p->ini, p->key[k]).data : NULL;

	if (text && !*text) {
		free(text);
		return NULL;
	}
	return text;
}

char *sections_value(const struct sections *p, enum section_key k)
{
	return section_value(&p->part[p->part[CREDENTIALS].key[k] ? CREDENTIALS : CONFIG], k);
}

bool sections_have(const struct sections *p, enum section_key k)
{
	char *text = sections_value(p, k);

	free(text);
	return text;
}

bool section_has_static_keys(const struct section *p)
{
	char *id = section_value(p, ACCESS_KEY_ID), *token = section_value(p, SESSION_TOKEN);
	bool yes = id && !token && strncmp(id, "ASIA", 4) != 0;

	free(id);
	free(token);
	return yes;
}

enum status profile_files_open(
	struct profile_files *f, const char *const options[N_SETTINGS], struct error *e)
{
	enum status rc;

	*f = (struct profile_files){.now = time(NULL)};
	file_wait_at_most(WAIT_MS);
	rc = settings_read(&f->settings, options, e);
	if (outer_set_region() && f->settings.origin[SETTING_REGION] == ORIGIN_ENVIRONMENT)
		settings_drop(&f->settings, SETTING_REGION);
	if (rc == STATUS_OK && !profiles_index(&f->config, &f->settings.config))
		rc = error_system(e, f->settings.config.path);
	if (rc != STATUS_OK)
		return rc;
	faults_warn(&f->settings.credentials_faults, f->settings.credentials.path);
	faults_warn(&f->settings.config_faults, f->settings.config.path);
	if (f->settings.unfinished)
		log_warning("%s: another program keeps the file open for writing, so it may be "
			    "half written",
			f->settings.unfinished);
	return STATUS_OK;
}

void profile_files_close(struct profile_files *f)
{
	profiles_free(&f->config);
	settings_free(&f->settings);
}
