#include "inherit.h"

#include "profiles.h"
#include "text/secret.h"

#include <stdlib.h>
#include <string.h>

static char *value_of(const struct ini *config, const struct ini_line *header, const char *key,
	const struct ini_line **line)
{
	*line = header ? ini_key(config, header, key, strlen(key)) : NULL;
	return *line ? ini_value(config, *line).data : NULL;
}

static enum status take(
	struct settings *s, const struct ini_line *line, char *value, struct error *e)
{
	return settings_take(s, SETTING_TOKEN_COMMAND, value,
		settings_format(
			"%s:%zu: mfa_process", s->config.path, ini_line_number(&s->config, line)),
		ORIGIN_FILE, e);
}

enum status inherit_token_command(struct settings *s, struct error *e)
{
	char *profile = strdup(s->value[SETTING_PROFILE]);
	enum status rc = STATUS_OK;

	for (int i = 0; profile && i < PROFILE_STEPS_MAX && !s->value[SETTING_TOKEN_COMMAND] &&
		policy_of(s->mode)->runs_token_command;
		i++) {
		const struct ini_line *header, *line;
		char *value, *next;

		header = profiles_section(&s->config, SECTION_PROFILE, profile);
		value = value_of(&s->config, header, "mfa_process", &line);
		if (value && *value) {
			rc = take(s, line, value, e);
			break;
		}
		free(value);
		next = value_of(&s->config, header, "include_profile", &line);
		if ((!next || !*next) && strcmp(profile, "default") != 0) {
			free(next);
			next = strdup("default");
		}
		free(profile);
		profile = next;
	}
	free(profile);
	return rc;
}
