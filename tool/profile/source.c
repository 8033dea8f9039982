#include "source.h"

#include "profiles.h"
#include "settings_internal.h"

#include <stdlib.h>
#include <string.h>

/* Profiles on the way; who means more than this has made a circle through files of a machine. */
#define STEPS_MAX 16

/* The value of key for the profile, from the credentials file or else the config file; or NULL. */
static char *value_of(const struct settings *s, const char *profile, const char *key)
{
	const struct ini_line *header = profiles_section(&s->config, SECTION_PROFILE, profile);
	const struct ini_line *l = header ? ini_key(&s->config, header, key, strlen(key)) : NULL;
	char *value = ini_get(&s->credentials, profile, key, NULL);

	if (!value && l)
		value = ini_value(&s->config, l, NULL);
	if (value && !*value) {
		free(value);
		value = NULL;
	}
	return value;
}

static bool has(const struct settings *s, const char *profile, const char *key)
{
	char *value = value_of(s, profile, key);
	bool yes = value != NULL;

	free(value);
	return yes;
}

/* Keys that stand in [NAME] and are no session's. */
static bool has_static_keys(const struct settings *s, const char *profile)
{
	char *key = ini_get(&s->credentials, profile, "aws_access_key_id", NULL);
	char *token = ini_get(&s->credentials, profile, "aws_session_token", NULL);
	bool yes = key && *key && !(token && *token);

	free(key);
	free(token);
	return yes;
}

/* The section of the profile's own long-term keys, *section, owned; NULL where it has none. */
static enum status own_keys(
	const struct settings *s, const char *profile, bool first, char **section, struct error *e)
{
	const char *suffix = s->value[SETTING_LONG_TERM_SUFFIX];

	*section = settings_section_name(profile, suffix);
	if (!*section)
		return error_system(e, "settings");
	if (ini_has_section(&s->credentials, *section))
		return STATUS_OK;
	free(*section);
	*section = NULL;
	/* The profile's own [NAME] is for its session, but for one that is its own source. */
	if (first || !has_static_keys(s, profile))
		return STATUS_OK;
	*section = strdup(profile);
	return *section ? STATUS_OK : error_system(e, "settings");
}

static enum status nowhere(
	const struct settings *s, const char *profile, bool first, struct error *e)
{
	char command[COMMAND_SIZE];

	if (first)
		return error_set(e, STATUS_NOT_SET_UP,
			"%s: there is no section [%s], expected one with aws_access_key_id, "
			"aws_secret_access_key and aws_mfa_device; run: %s",
			s->credentials.path, s->long_term, settings_setup_command(s, command));
	return error_set(e, STATUS_CONFIG,
		"%s: the source profile %s of profile %s has no long-term keys; run: aws-mfa --setup "
		"--profile %s",
		s->credentials.path, profile, s->value[SETTING_PROFILE], profile);
}

static bool seen(char *const names[], size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

enum status source_find(struct settings *s, struct error *e)
{
	char *way[STEPS_MAX] = {strdup(s->value[SETTING_PROFILE])};
	size_t n = 1;
	enum status rc = STATUS_OK;
	char *section = NULL;

	while (rc == STATUS_OK) {
		const char *profile = way[n - 1];
		char *source;

		if (!profile) {
			rc = error_system(e, "settings");
			break;
		}
		rc = own_keys(s, profile, n == 1, &section, e);
		if (rc != STATUS_OK || section)
			break;
		source = value_of(s, profile, "source_profile");
		if (!source) {
			rc = nowhere(s, profile, n == 1, e);
		} else if (n > 1 && has(s, profile, "role_arn")) {
			rc = error_set(e, STATUS_CONFIG,
				"profile %s has a role and so has its source profile %s: a code is "
				"good for one; refresh %s first (--short-term-suffix), and name its "
				"session as source_profile",
				way[n - 2], profile, profile);
		} else if (strcmp(source, profile) == 0 && has_static_keys(s, profile)) {
			section = strdup(profile);
			rc = section ? STATUS_OK : error_system(e, "settings");
		} else if (n == STEPS_MAX || seen(way, n, source)) {
			rc = error_set(e, STATUS_CONFIG,
				"source_profile of profile %s leads in a circle, back to %s; name a "
				"profile with keys",
				profile, source);
		} else {
			way[n++] = source;
			source = NULL;
		}
		free(source);
		if (section)
			break;
	}
	if (rc == STATUS_OK) {
		free(s->long_term);
		s->long_term = section;
	}
	for (size_t i = 0; i < n; i++)
		free(way[i]);
	return rc;
}
