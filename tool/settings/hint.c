/*
 * The message for a user without a long-term section. It names the damage of the file (absence.h),
 * or the usual mistake that the user made.
 */
#include "hint.h"

#include "absence.h"
#include "files.h"
#include "process_loop.h"
#include "profiles.h"
#include "spelling.h"
#include "suffix.h"
#include "text/secret.h"
#include "text/shell.h"
#include "value.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_TOLD 6

/* The line with the access key id of this section itself; NULL without one. */
static const struct ini_line *own_key(const struct ini *ini, const struct ini_line *header)
{
	static const char key[] = "aws_access_key_id";
	const struct ini_line *l = header ? ini_key(ini, header, key, strlen(key)) : NULL;

	return l && ini->lines[l->section - 1].section == header->section ? l : NULL;
}

/* The same without a session token beside it: then it may be a long-term key. */
static const struct ini_line *own_static_key(const struct ini *ini, const struct ini_line *header)
{
	static const char key[] = "aws_session_token";
	const struct ini_line *token = header ? ini_key(ini, header, key, strlen(key)) : NULL;

	return token && token->value_len > 0 ? NULL : own_key(ini, header);
}

static const struct ini_line *section(const struct ini *ini, const char *name)
{
	return ini_section(ini, name, strlen(name));
}

/* The user gave --profile work-long-term and means work. */
static enum status check_profile(const struct settings *s, struct error *e)
{
	const char *profile = s->value[SETTING_PROFILE];
	const char *suffix = s->value[SETTING_LONG_TERM_SUFFIX];
	size_t len = strlen(profile), name_len = suffix_cut(profile, len, suffix);

	if (name_len == len || !ini_has_section(&s->credentials, profile))
		return STATUS_OK;
	return error_set(e, STATUS_CONFIG,
		"%s: '%s' is the section of the keys; expected the profile, without -%s; give "
		"--profile %.*s",
		s->where[SETTING_PROFILE], profile, suffix, (int)name_len, profile);
}

/* [NAME-long-term] is in the config file. */
static enum status check_config(const struct settings *s, struct error *e)
{
	const struct ini *config = &s->config;
	const struct ini_line *key =
		own_key(config, profiles_section(config, SECTION_PROFILE, s->long_term));

	if (!key)
		key = own_key(config, section(config, s->long_term));
	if (!key)
		return STATUS_OK;
	return error_set(e, STATUS_CONFIG,
		"%s:%zu: long-term keys are not read from this file; move this section to %s, "
		"under the header [%s]",
		config->path, ini_line_number(config, key), s->credentials.path, s->long_term);
}

/* The long-term keys are in [NAME], where `aws configure` writes them. */
static void hint_at_own_keys(const struct settings *s, const struct ini_line *key, struct error *e)
{
	char command[COMMAND_SIZE];

	error_set(e, STATUS_NOT_SET_UP,
		"%s:%zu: there is no section [%s], but [%s] has long-term keys; run: %s",
		s->credentials.path, ini_line_number(&s->credentials, key), s->long_term,
		s->value[SETTING_PROFILE], settings_setup_command(s, command));
}

/* The length of the profile's name, if this is the long-term section of a profile; else 0. */
static size_t profile_of(const struct settings *s, const struct ini_line *l)
{
	const char *suffix = s->value[SETTING_LONG_TERM_SUFFIX];
	size_t len = suffix_cut(s->credentials.bytes.data + l->name, l->name_len, suffix);

	return len < l->name_len || value_is_word(suffix, "none") ? len : 0;
}

/* True if the keys are in the wrong place; *e then says where they belong. */
static bool misplaced(const struct settings *s, struct error *e)
{
	const struct ini *credentials = &s->credentials, *config = &s->config;
	const char *profile = s->value[SETTING_PROFILE];
	const struct ini_line *key;
	char prefixed[300];

	snprintf(prefixed, sizeof(prefixed), "profile %s", profile);
	key = own_key(credentials, section(credentials, prefixed));
	if (key) {
		error_set(e, STATUS_NOT_SET_UP,
			"%s:%zu: in this file a section has no \"profile \" before its name; change "
			"[%s] to [%s]",
			credentials->path, (size_t)key->section, prefixed, s->long_term);
		return true;
	}
	key = own_static_key(config, profiles_section(config, SECTION_PROFILE, profile));
	if (key) {
		error_set(e, STATUS_NOT_SET_UP,
			"%s:%zu: long-term keys are not read from this file; move them to %s, under "
			"the header [%s]",
			config->path, ini_line_number(config, key), credentials->path,
			s->long_term);
		return true;
	}
	key = own_static_key(credentials, section(credentials, profile));
	if (key)
		hint_at_own_keys(s, key, e);
	return key;
}

/* True if a section has keys and almost the name of the long-term section: [work-longterm]. */
static bool misspelt(const struct settings *s, struct error *e)
{
	const struct ini *ini = &s->credentials;
	const struct ini_line *near = NULL;
	size_t distance = SIZE_MAX, wanted = strlen(s->long_term);

	for (size_t i = 0; i < ini->n_lines; i++) {
		const struct ini_line *l = &ini->lines[i];
		const char *name = ini->bytes.data + l->name;

		if (ini_is_section(ini, l) && own_key(ini, l) && profile_of(s, l) == 0 &&
			spelling_is_nearer(name, l->name_len, s->long_term, wanted, &distance))
			near = l;
	}
	if (near)
		error_set(e, STATUS_NOT_SET_UP,
			"%s:%zu: there is no section [%s], but [%.*s] has long-term keys; rename "
			"[%.*s] to [%s]",
			ini->path, ini_line_number(ini, near), s->long_term, (int)near->name_len,
			ini->bytes.data + near->name, (int)near->name_len,
			ini->bytes.data + near->name, s->long_term);
	return near;
}

/* Profiles with keys: some of their names, their number, and the name nearest to wanted. */
struct known {
	const char *wanted;
	char names[256];
	size_t told, n;
	char near[SPELLING_MAX + 1];
	size_t distance;
};

static void add(struct known *k, const char *name, size_t len)
{
	size_t used = strlen(k->names), wanted_len = strlen(k->wanted);

	k->n++;
	if (k->told < NAMES_TOLD && used + len + 3 < sizeof(k->names)) {
		snprintf(k->names + used, sizeof(k->names) - used, "%s%.*s",
			k->told > 0 ? ", " : "", (int)len, name);
		k->told++;
	}
	if (spelling_is_nearer(name, len, k->wanted, wanted_len, &k->distance))
		snprintf(k->near, sizeof(k->near), "%.*s", (int)len, name);
}

/* Profiles with long-term keys of their own. */
static void add_keys(const struct settings *s, struct known *k)
{
	const struct ini *ini = &s->credentials;

	for (size_t i = 0; i < ini->n_lines; i++) {
		const struct ini_line *l = &ini->lines[i];
		const char *name = ini->bytes.data + l->name;

		if (ini_is_section(ini, l) && own_key(ini, l) &&
			strncmp(name, "profile ", strlen("profile ")) != 0 && profile_of(s, l) > 0)
			add(k, name, profile_of(s, l));
	}
}

/* Profiles that use the keys of a source profile. */
static void add_roles(const struct settings *s, struct known *k)
{
	static const char key[] = "source_profile";
	const struct ini *config = &s->config;

	for (size_t i = 0; i < config->n_lines; i++) {
		const struct ini_line *l = &config->lines[i];
		char name[256];
		size_t len;

		if (ini_is_section(config, l) && l->name_len < sizeof(name) &&
			ini_key(config, l, key, strlen(key)) &&
			profiles_header(config, l, name, &len) == SECTION_PROFILE)
			add(k, name, len);
	}
}

/* True if AWS tools get the credentials of this profile by a single sign-on: it needs no keys. */
static bool has_sso(const struct settings *s, const char *profile, struct error *e)
{
	char *where = NULL, named[SHELL_PROFILE_SIZE];
	bool found;

	free(settings_of_profile(s, profile, "sso_session", &where));
	if (!where)
		free(settings_of_profile(s, profile, "sso_start_url", &where));
	found = where;
	if (found)
		error_set(e, STATUS_NOT_SET_UP,
			"%s: AWS tools get the credentials of profile %.200s by single sign-on, so it "
			"needs no long-term keys; run: aws sso login %s",
			where, profile, shell_profile(profile, named));
	free(where);
	return found;
}

/*
 * True if AWS tools get the session of this profile by `aws-mfa export OTHER`: it needs no keys.
 * What the user wants is to be done with OTHER.
 */
static bool has_session_of_other(const struct settings *s, const char *profile, struct error *e)
{
	char *where = NULL, *other = process_exports(s, profile, &where);
	bool found = other && where && strcmp(other, profile) != 0;
	char named[SHELL_PROFILE_SIZE];

	if (found)
		error_set(e, STATUS_NOT_SET_UP,
			"%s: AWS tools get the session of profile %.200s from profile %.200s, so %.200s has "
			"no keys of its own; run: aws-mfa %s",
			where, profile, other, profile, shell_profile(other, named));
	free(where);
	free(other);
	return found;
}

bool hint_needs_none(const struct settings *s, const char *profile, struct error *e)
{
	return has_sso(s, profile, e) || has_session_of_other(s, profile, e);
}

static void hint_at_others(const struct settings *s, struct error *e)
{
	struct known known = {.wanted = s->value[SETTING_PROFILE], .distance = SIZE_MAX};
	char command[COMMAND_SIZE], others[400] = "", meant[400], named[SHELL_PROFILE_SIZE];

	add_keys(s, &known);
	add_roles(s, &known);
	if (known.n > known.told)
		snprintf(others, sizeof(others), " (profiles with keys: %s and %zu more)",
			known.names, known.n - known.told);
	else if (known.n > 0)
		snprintf(others, sizeof(others), " (profiles with keys: %s)", known.names);
	if (*known.near)
		snprintf(meant, sizeof(meant), "did you mean %s? Else",
			shell_profile(known.near, named));
	else
		snprintf(meant, sizeof(meant),
			"to write it, with aws_access_key_id, aws_secret_access_key and "
			"aws_mfa_device,");
	error_set(e, STATUS_NOT_SET_UP, "%s: there is no section [%s]%s; %s run: %s",
		s->credentials.path, s->long_term, others, meant,
		settings_setup_command(s, command));
}

enum status hint_no_keys(const struct settings *s, struct error *e)
{
	enum status rc;

	/* Threat: the file is half written and the section is still missing. With nullok that would
	 * let the user in. */
	if (s->unfinished)
		return error_set(e, STATUS_SYSTEM,
			"%s: there is no section [%s], but another program keeps the file open for "
			"writing; end that program and try again",
			s->unfinished, s->long_term);
	rc = absence_check(&s->credentials, &s->credentials_faults, s->long_term, s->mode, e);
	/* The config file may name a source profile that has the keys. */
	if (rc == STATUS_OK && s->has_config && policy_of(s->mode)->absence_must_be_certain)
		rc = absence_check(&s->config, &s->config_faults, NULL, s->mode, e);
	if (rc != STATUS_OK)
		return rc;
	settings_warn(s);
	rc = check_profile(s, e);
	if (rc == STATUS_OK)
		rc = check_config(s, e);
	if (rc != STATUS_OK)
		return rc;
	if (!hint_needs_none(s, s->value[SETTING_PROFILE], e) && !misplaced(s, e) &&
		!misspelt(s, e))
		hint_at_others(s, e);
	return STATUS_NOT_SET_UP;
}
