#include "taken.h"

#include "paths.h"
#include "text/secret.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *settings_format(const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		s = NULL;
	va_end(ap);
	return s;
}

enum status settings_take(struct settings *s, enum setting id, char *value, char *where,
	enum origin origin, struct error *e)
{
	s->value[id] = value;
	s->where[id] = where;
	s->origin[id] = origin;
	if (!s->value[id] || !s->where[id])
		return error_system(e, "settings");
	return STATUS_OK;
}

void settings_drop(struct settings *s, enum setting id)
{
	secret_free_string(s->value[id]);
	free(s->where[id]);
	s->value[id] = NULL;
	s->where[id] = NULL;
}

enum status settings_take_given(
	struct settings *s, const char *const options[N_SETTINGS], struct error *e)
{
	for (enum setting id = 0; id < N_SETTINGS; id++) {
		const struct rule *rule = settings_rule(id);
		enum setting by = id == SETTING_IAM_ENDPOINT_URL ? SETTING_ENDPOINT_URL : id;
		enum status rc = STATUS_OK;

		if (options[by]) {
			rc = settings_take(s, id, strdup(options[by]),
				strdup(settings_rule(by)->option.names[0]), ORIGIN_OPTION, e);
		} else {
			for (size_t i = 0; i < RULE_ENV && rule->env[i] && !s->value[id]; i++) {
				const char *env = getenv(rule->env[i]);

				if (env && *env)
					rc = settings_take(s, id, strdup(env), strdup(rule->env[i]),
						ORIGIN_ENVIRONMENT, e);
			}
		}
		if (rc != STATUS_OK)
			return rc;
	}
	return STATUS_OK;
}

enum status settings_take_section(
	struct settings *s, const struct ini *ini, const char *section, struct error *e)
{
	const struct ini_line *header = ini_section(ini, section, strlen(section));

	for (enum setting id = 0; id < N_SETTINGS && header; id++) {
		const struct rule *rule = settings_rule(id);

		for (size_t i = 0; i < 2 && rule->personal && !s->value[id]; i++) {
			const char *key = rule->keys[i];
			const struct ini_line *l =
				key ? ini_key(ini, header, key, strlen(key)) : NULL;
			char *value = l ? ini_value(ini, l).data : NULL;
			enum status rc;

			if (!value || !*value) {
				secret_free_string(value);
				continue;
			}
			rc = settings_take(s, id, value,
				settings_format(
					"%s:%zu: %s", ini->path, ini_line_number(ini, l), key),
				ORIGIN_FILE, e);
			if (rc != STATUS_OK)
				return rc;
		}
	}
	return STATUS_OK;
}

enum status settings_take_site(
	struct settings *s, const struct site *site, bool personal, struct error *e)
{
	for (enum setting id = 0; id < N_SETTINGS; id++) {
		const struct rule *rule = settings_rule(id);

		for (size_t i = 0; i < 2 && !s->value[id] && rule->personal == personal; i++) {
			const char *key = rule->keys[i];
			const char *value = key ? site_get(site, key) : NULL;
			enum status rc;

			if (!value)
				continue;
			rc = settings_take(s, id, strdup(value),
				settings_format("%s: %s", AWS_MFA_CONF_PATH, key), ORIGIN_FILE, e);
			if (rc != STATUS_OK)
				return rc;
		}
	}
	return STATUS_OK;
}

enum status settings_take_built_in(struct settings *s, bool personal, struct error *e)
{
	for (enum setting id = 0; id < N_SETTINGS; id++) {
		const struct rule *rule = settings_rule(id);
		enum status rc = STATUS_OK;

		if (!s->value[id] && rule->built_in && rule->personal == personal)
			rc = settings_take(s, id, strdup(rule->built_in), strdup("built in"),
				ORIGIN_BUILT_IN, e);
		if (rc != STATUS_OK)
			return rc;
	}
	return STATUS_OK;
}
