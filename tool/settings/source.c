#include "source.h"

#include "files.h"
#include "hint.h"
#include "pasted.h"
#include "profiles.h"
#include "suffix.h"
#include "text/secret.h"
#include "text/shell.h"

#include <stdlib.h>
#include <string.h>

/* True if [NAME] has long-term keys: an access key without a session token. */
static bool has_static_keys(const struct settings *s, const char *profile)
{
	char *key = ini_get(&s->credentials, profile, "aws_access_key_id", NULL);
	struct secret token = ini_get_secret(&s->credentials, profile, "aws_session_token", NULL);
	bool yes = key && *key && token.size == 0;

	free(key);
	secret_free(&token);
	return yes;
}

/*
 * Sets *section to the section with the profile's own long-term keys; the caller frees it. NULL
 * without keys.
 */
static enum status own_keys(
	const struct settings *s, const char *profile, bool first, char **section, struct error *e)
{
	const char *suffix = s->value[SETTING_LONG_TERM_SUFFIX];

	*section = suffix_add(profile, suffix);
	if (!*section)
		return error_system(e, "settings");
	if (ini_has_section(&s->credentials, *section))
		return STATUS_OK;
	free(*section);
	*section = NULL;
	/* The session goes to [NAME] of the first profile, so do not take keys from there. */
	if (first || !has_static_keys(s, profile))
		return STATUS_OK;
	*section = strdup(profile);
	return *section ? STATUS_OK : error_system(e, "settings");
}

static enum status nowhere(
	const struct settings *s, const char *profile, bool first, struct error *e)
{
	char named[SHELL_PROFILE_SIZE];

	/* hint_no_keys() replaces this text with a better hint. */
	if (first)
		return error_set(e, STATUS_NOT_SET_UP, "%s: there is no section [%s]",
			s->credentials.path, s->long_term);
	if (hint_needs_none(s, profile, e))
		return e->status = STATUS_CONFIG;
	return error_set(e, STATUS_CONFIG,
		"%s: the source profile %s of profile %s has no long-term keys; run: aws-mfa setup %s",
		s->credentials.path, pasted_hide(profile), s->value[SETTING_PROFILE],
		shell_operand(pasted_hide(profile), named));
}

static bool seen(char *const names[], size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		/* NOLINTNEXTLINE(clang-analyzer-core.*): step() has set it or failed */
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static enum status circle(const struct settings *s, const char *source, struct error *e)
{
	return error_set(e, STATUS_CONFIG,
		"source_profile of profile %s leads in a circle, back to %s; name a profile that has keys",
		s->value[SETTING_PROFILE], source);
}

/* Puts the role of a source profile first: it is assumed before the roles found so far. */
static enum status add_via(struct settings *s, const char *profile, char *arn, struct error *e)
{
	if (s->n_via == VIA_MAX) {
		free(arn);
		return error_set(e, STATUS_CONFIG,
			"profile %s: its source profiles have more than %d roles, up to profile %s; "
			"refresh one of them by itself and name its session as source_profile",
			s->value[SETTING_PROFILE], VIA_MAX, profile);
	}
	memmove(s->via + 1, s->via, s->n_via * sizeof(s->via[0]));
	s->n_via++;
	s->via[0] = (struct via_role){
		.arn = arn,
		.session_name = settings_of_profile(s, profile, "role_session_name", NULL),
		.external_id = settings_of_profile(s, profile, "external_id", NULL),
		.source_identity = settings_of_profile(s, profile, "source_identity", NULL),
	};
	return STATUS_OK;
}

/*
 * Notes the device of a source profile. A later call replaces it, so the profile nearest to the
 * keys wins: these keys sign the request with the code.
 */
static enum status note_device(struct settings *s, const char *profile, struct error *e)
{
	static const char *const keys[] = {"aws_mfa_device", "mfa_serial"};
	char *value = NULL, *where;

	for (size_t i = 0; i < 2 && !value; i++)
		value = settings_of_profile(s, profile, keys[i], &where);
	if (!value)
		return STATUS_OK;
	free(s->source_device);
	free(s->source_device_where);
	s->source_device = value;
	s->source_device_where = where;
	return where ? STATUS_OK : error_system(e, "settings");
}

/* botocore refuses such a profile (credentials.py, AssumeRoleProvider: InvalidConfigError). */
static enum status check_one_source(const struct settings *s, const char *profile, struct error *e)
{
	static const char *const keys[] = {"role_arn", "source_profile", "credential_source"};
	enum { N_KEYS = 3, CREDENTIAL_SOURCE = 2 };
	char *where = NULL;
	size_t n = 0;

	for (; n < N_KEYS; n++) {
		char *value = settings_of_profile(
			s, profile, keys[n], n == CREDENTIAL_SOURCE ? &where : NULL);

		if (!value)
			break;
		free(value);
	}
	if (n == N_KEYS)
		error_set(e, STATUS_CONFIG,
			"%s: profile %s has source_profile, too; AWS tools refuse such a profile: remove "
			"one of them",
			where ? where : "credential_source", profile);
	free(where);
	return n == N_KEYS ? STATUS_CONFIG : STATUS_OK;
}

/* Looks at one profile. Sets *section if the profile has the keys, else *source: the next one. */
static enum status step(struct settings *s, const char *profile, bool first, char **section,
	char **source, struct error *e)
{
	enum status rc = check_one_source(s, profile, e);
	char *arn;

	if (rc == STATUS_OK && !first)
		rc = note_device(s, profile, e);
	if (rc == STATUS_OK)
		rc = own_keys(s, profile, first, section, e);
	if (rc != STATUS_OK || *section)
		return rc;
	*source = settings_of_profile(s, profile, "source_profile", NULL);
	if (!*source)
		return nowhere(s, profile, first, e);
	arn = first ? NULL : settings_of_profile(s, profile, "role_arn", NULL);
	if (arn)
		rc = add_via(s, profile, arn, e);
	if (rc != STATUS_OK || strcmp(*source, profile) != 0)
		return rc;
	if (!has_static_keys(s, profile))
		return circle(s, *source, e);
	*section = strdup(profile);
	return *section ? STATUS_OK : error_system(e, "settings");
}

enum status source_find(struct settings *s, struct error *e)
{
	char *way[PROFILE_STEPS_MAX + 1] = {strdup(s->value[SETTING_PROFILE])};
	char *section = NULL;
	enum status rc = STATUS_OK;
	size_t n = 1;

	while (rc == STATUS_OK && !section) {
		if (!way[n - 1])
			rc = error_system(e, "settings");
		else
			rc = step(s, way[n - 1], n == 1, &section, &way[n], e);
		if (rc == STATUS_OK && !section && (n == PROFILE_STEPS_MAX || seen(way, n, way[n])))
			rc = circle(s, way[n], e);
		n += way[n] != NULL;
	}
	if (rc == STATUS_OK) {
		free(s->long_term);
		s->long_term = section;
	}
	for (size_t i = 0; i < n; i++)
		free(way[i]);
	return rc;
}

enum status source_take_device(struct settings *s, struct error *e)
{
	enum status rc;

	if (s->value[SETTING_DEVICE] || !s->source_device)
		return STATUS_OK;
	rc = settings_take(
		s, SETTING_DEVICE, s->source_device, s->source_device_where, ORIGIN_FILE, e);
	s->source_device = s->source_device_where = NULL;
	return rc;
}
