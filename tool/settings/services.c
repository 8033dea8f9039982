#include "services.h"

#include "files.h"
#include "pasted.h"
#include "profiles.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define KEY "endpoint_url"

/* The value of a line `endpoint_url = VALUE` in a block; NULL for any other line or no value. */
static const char *value_of(const struct ini *ini, const struct ini_line *l, size_t *value_len)
{
	const char *text = ini->bytes.data + l->value, *end = text + l->value_len, *equals;
	size_t len = l->value_len, key_len;

	if (l->kind != INI_CONTINUATION || len < sizeof(KEY) ||
		memcmp(text, KEY, sizeof(KEY) - 1) != 0)
		return NULL;
	equals = memchr(text, '=', len);
	key_len = sizeof(KEY) - 1 + strspn(text + sizeof(KEY) - 1, " \t");
	if (!equals || equals != text + key_len)
		return NULL;
	text = equals + 1 + strspn(equals + 1, " \t");
	/* value_len excludes blanks at the end, so text may be past end. */
	*value_len = text < end ? (size_t)(end - text) : 0;
	return text < end ? text : NULL;
}

/* Takes the last endpoint_url of the block under `sts =` or `iam =`. */
static enum status take_from(struct settings *s, enum setting id, const char *service,
	const struct ini_line *block, struct error *e)
{
	const struct ini *config = &s->config;
	const struct ini_line *end = config->lines + config->n_lines, *found = NULL;
	const char *value = NULL;
	size_t len = 0;

	for (const struct ini_line *l = block + 1;
		l < end && l->kind != INI_KEY && l->kind != INI_SECTION; l++) {
		size_t here_len;
		const char *here = value_of(config, l, &here_len);

		if (!here)
			continue;
		value = here;
		len = here_len;
		found = l;
	}
	if (!value)
		return STATUS_OK;
	return settings_take(s, id, strndup(value, len),
		settings_format(
			"%s:%zu: %s " KEY, config->path, ini_line_number(config, found), service),
		ORIGIN_FILE, e);
}

static enum status take_service(struct settings *s, enum setting id, const char *service,
	const struct ini_line *section, struct error *e)
{
	const struct ini_line *block;

	if (s->value[id])
		return STATUS_OK;
	block = ini_key(&s->config, section, service, strlen(service));
	return block && block->value_len == 0 ? take_from(s, id, service, block, e) : STATUS_OK;
}

enum status services_take(struct settings *s, struct error *e)
{
	const struct ini_line *section;
	enum status rc = STATUS_OK;
	char *name;

	if (s->value[SETTING_ENDPOINT_URL] && s->value[SETTING_IAM_ENDPOINT_URL])
		return STATUS_OK;
	name = ini_get(&s->credentials, s->long_term, "services", NULL);
	if (!name)
		name = settings_of_profile(s, s->value[SETTING_PROFILE], "services", NULL);
	if (!name)
		return STATUS_OK;
	section = profiles_section(&s->config, SECTION_SERVICES, name);
	if (!section && !s->value[SETTING_ENDPOINT_URL])
		rc = error_set(e, STATUS_CONFIG,
			"%s: there is no section [services %s], but profile %s names it; add the section, "
			"or remove the line `services`",
			s->value[SETTING_CONFIG_FILE], pasted_hide(name),
			s->value[SETTING_PROFILE]);
	else if (section)
		rc = take_service(s, SETTING_ENDPOINT_URL, "sts", section, e);
	if (rc == STATUS_OK && section)
		rc = take_service(s, SETTING_IAM_ENDPOINT_URL, "iam", section, e);
	free(name);
	return rc;
}
