#include "entry_settings.h"

#include "file/owner.h"
#include "file/reach.h"
#include "paths.h"
#include "settings/checks.h"
#include "settings/settings.h"
#include "settings/site.h"
#include "settings/value.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Takes a value of the entry; nothing if it is NULL. */
static enum status take(
	struct settings *s, enum setting id, const char *value, const char *path, struct error *e)
{
	if (!value)
		return STATUS_OK;
	return settings_take(s, id, strdup(value),
		settings_format("%s: %s", path, settings_rule(id)->keys[0]), ORIGIN_FILE, e);
}

static enum status take_entry(
	struct settings *s, const struct entry *entry, const char *path, struct error *e)
{
	const struct {
		enum setting id;
		const char *value;
	} values[] = {
		{SETTING_DEVICE, entry->device},
		{SETTING_ASSUME_ROLE, entry->role_arn},
		{SETTING_EXTERNAL_ID, entry->external_id},
		{SETTING_ROLE_SESSION_NAME, entry->role_session_name},
		{SETTING_SOURCE_IDENTITY, entry->source_identity},
	};
	enum status rc = STATUS_OK;

	for (size_t i = 0; rc == STATUS_OK && i < sizeof(values) / sizeof(values[0]); i++)
		rc = take(s, values[i].id, values[i].value, path, e);
	/* Without it the session would have all rights of the role. */
	if (rc == STATUS_OK && entry->session_policy &&
		!(s->session_policy = strdup(entry->session_policy)))
		rc = error_system(e, path);
	if (rc == STATUS_OK && entry->duration > 0)
		rc = settings_take(s, SETTING_DURATION, settings_format("%ld", entry->duration),
			settings_format("%s: duration", path), ORIGIN_FILE, e);
	return rc;
}

static enum status take_profile(struct settings *s, const struct entry *entry, const char *path,
	const char *of_module, struct error *e)
{
	const char *profile = of_module ? of_module : entry->profile;
	const char *expected;

	if (of_module && entry->profile && strcmp(of_module, entry->profile) != 0)
		return error_set(e, STATUS_CONFIG,
			"%s: profile is %s, but the PAM stack has profile=%s; remove one of them",
			path, entry->profile, of_module);
	if (!profile)
		profile = settings_rule(SETTING_PROFILE)->built_in;
	expected = value_profile(profile);
	if (expected)
		return error_set(e, STATUS_CONFIG, "profile: '%.200s': %s", profile, expected);
	return settings_take(
		s, SETTING_PROFILE, strdup(profile), strdup("profile"), ORIGIN_FILE, e);
}

static enum status take_site(struct settings *s, struct error *e)
{
	const char *known[2 * N_SETTINGS];
	enum status rc = owner_check_roots(AWS_MFA_CONF_PATH, e);
	struct site site = {0};

	if (rc == STATUS_OK)
		rc = site_load(&site, known, settings_known_keys(known), e);
	else if (rc == STATUS_NOT_SET_UP) /* there is no such file */
		rc = STATUS_OK;
	if (rc == STATUS_OK)
		rc = settings_take_site(s, &site, true, e);
	if (rc == STATUS_OK)
		rc = settings_take_site(s, &site, false, e);
	site_free(&site);
	return rc;
}

static bool is_in(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return strncmp(path, folder, len) == 0 && (path[len] == '/' || !path[len]);
}

/*
 * The unit of `serve` has ProtectHome= and PrivateTmp=. A build of its own in such a folder, as for
 * tests, runs without this unit.
 */
static enum status check_seen(const struct settings *s, struct error *e)
{
	static const char *const hidden[] = {"/home", "/root", "/run/user", "/tmp", "/var/tmp"};
	const char *path = s->value[SETTING_CA_BUNDLE];
	char *real = path ? realpath(path, NULL) : NULL;
	enum status rc = STATUS_OK;

	/* The service has no home, and another folder than the shell of root. */
	if (path && *path != '/')
		rc = error_set(e, STATUS_CONFIG, "%s: '%s': expected an absolute path",
			s->where[SETTING_CA_BUNDLE], path);
	for (size_t i = 0; path && i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if ((is_in(path, hidden[i]) || (real && is_in(real, hidden[i]))) &&
			!is_in(AWS_MFA_CONF_PATH, hidden[i]))
			rc = error_set(e, STATUS_CONFIG,
				"%s: %s: the service that judges codes sees nothing below %s; move "
				"the certificates, as to /etc/ssl",
				s->where[SETTING_CA_BUNDLE], path, hidden[i]);
	free(real);
	return rc;
}

/* What the entry leaves open: the site's file says it, else the built-in value is taken. */
static enum status take_rest(struct settings *s, struct error *e)
{
	enum status rc = take_site(s, e);

	if (rc == STATUS_OK)
		rc = settings_take_built_in(s, true, e);
	if (rc == STATUS_OK)
		rc = settings_take_built_in(s, false, e);
	if (rc == STATUS_OK)
		rc = settings_check_values(s, e);
	return rc == STATUS_OK ? check_seen(s, e) : rc;
}

/* The name of the role's session says who it is: the account of this host. */
static enum status name_session(struct settings *s, const struct entry *entry, struct error *e)
{
	if (!s->value[SETTING_ASSUME_ROLE] || s->value[SETTING_ROLE_SESSION_NAME])
		return STATUS_OK;
	return settings_take(s, SETTING_ROLE_SESSION_NAME, settings_session_name(entry->user),
		strdup("the user's name"), ORIGIN_FILE, e);
}

enum status entry_settings(struct settings *s, const struct entry *entry, const char *path,
	const struct entry_login *login, struct error *e)
{
	enum status rc;

	*s = (struct settings){.mode = MODE_KEYSTORE};
	rc = take_profile(s, entry, path, login->profile, e);
	if (rc == STATUS_OK && login->timeout)
		rc = settings_take(s, SETTING_TIMEOUT, strdup(login->timeout), strdup("timeout"),
			ORIGIN_FILE, e);
	if (rc == STATUS_OK)
		rc = take_entry(s, entry, path, e);
	if (rc == STATUS_OK)
		rc = take_rest(s, e);
	if (rc == STATUS_OK)
		rc = name_session(s, entry, e);
	return rc == STATUS_OK ? settings_complete(s, e) : rc;
}

enum status entry_settings_check(const struct entry *entry, const char *path, struct error *e)
{
	const struct entry_login any = {NULL, NULL};
	struct settings s;
	enum status rc = entry_settings(&s, entry, path, &any, e);

	settings_free(&s);
	return rc;
}

enum status entry_settings_reach(struct settings *s, struct error *e)
{
	enum status rc;

	*s = (struct settings){
		.mode = MODE_KEYSTORE, .long_term = strdup(""), .session = strdup("")};
	rc = s->long_term && s->session ? take_rest(s, e) : error_system(e, "settings");
	if (rc == STATUS_OK)
		rc = reach_check(AWS_MFA_CONF_PATH, e);
	if (rc == STATUS_OK && s->value[SETTING_CA_BUNDLE])
		rc = reach_check(s->value[SETTING_CA_BUNDLE], e);
	return rc == STATUS_OK ? settings_check_reach(s, e) : rc;
}
