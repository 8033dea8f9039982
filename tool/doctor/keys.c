#include "keys.h"

#include "credentials/rotation.h"
#include "credentials/session.h"
#include "pasted.h"
#include "settings/files.h"
#include "settings/profiles.h"
#include "settings/value.h"
#include "text/shell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct ini_line *section(const struct ini *ini, const char *name)
{
	return ini_section(ini, name, strlen(name));
}

static const struct ini_line *key_of(
	const struct ini *ini, const struct ini_line *header, const char *key)
{
	return header ? ini_key(ini, header, key, strlen(key)) : NULL;
}

/*
 * Keys in the config file, although [NAME-long-term] has keys. botocore takes them when [NAME] of
 * the credentials file has none (credentials.py, ConfigProvider), and so do the other SDKs.
 */
void keys_check_config(struct findings *l, const struct settings *s)
{
	const struct ini *config = &s->config;
	const struct ini_line *const headers[] = {
		profiles_section(config, SECTION_PROFILE, s->session),
		profiles_section(config, SECTION_PROFILE, s->long_term),
		section(config, s->long_term)};

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		const struct ini_line *key = key_of(config, headers[i], "aws_access_key_id");

		if (key && !s->credentials.path) {
			findings_add(l, "keys-in-config", FINDING_FAULT, config->path,
				ini_line_number(config, key),
				"long-term keys are not read from this file. Move them to the "
				"credentials file, under:");
			findings_write(l, "[%s]", s->long_term);
			return;
		}
		if (!key || !ini_has_section(&s->credentials, s->long_term))
			continue;
		findings_add(l, "keys-in-config", FINDING_WARNING, config->path,
			ini_line_number(config, key),
			"keys stand here, and in [%s] of the credentials file; AWS tools use "
			"these, without MFA, while [%s] has no session",
			s->long_term, s->session);
		findings_write(l, "remove aws_access_key_id and aws_secret_access_key here");
	}
}

/* How the header must read. A second section of that name would be an error for the AWS CLI. */
static void write_header(
	struct findings *l, const struct ini_line *exists, const char *prefix, const char *name)
{
	if (exists)
		findings_write(l, "move its lines to [%s%s], and remove this header", prefix, name);
	else
		findings_write(l, "[%s%s]", prefix, name);
}

/* The config file has "[profile work]", and the credentials file has [work]. */
static void check_config_header(struct findings *l, const struct settings *s)
{
	const char *profile = s->value[SETTING_PROFILE];
	const struct ini_line *header = section(&s->config, profile);

	if (!header || strcmp(profile, "default") == 0)
		return;
	findings_add(l, "section-name", FINDING_WARNING, s->config.path,
		ini_line_number(&s->config, header),
		"[%s] is no profile in this file, so AWS tools ignore it", profile);
	write_header(
		l, profiles_section(&s->config, SECTION_PROFILE, profile), "profile ", profile);
}

static void check_credentials_header(struct findings *l, const struct settings *s, const char *name)
{
	char prefixed[300];
	const struct ini_line *header;

	snprintf(prefixed, sizeof(prefixed), "profile %s", name);
	header = section(&s->credentials, prefixed);
	if (!header || !ini_has_section(&s->credentials, s->long_term))
		return;
	findings_add(l, "section-name", FINDING_WARNING, s->credentials.path,
		ini_line_number(&s->credentials, header),
		"in this file a section has no \"profile \" before its name, so AWS tools "
		"ignore [%s]",
		prefixed);
	write_header(l, section(&s->credentials, name), "", name);
}

static void report_device(struct findings *l, const struct ini *ini, const struct ini_line *key,
	const char *name, const char *value)
{
	const char *expected = value_mfa_serial(value), *user = strstr(value, ":user/");

	if (!expected)
		return;
	if (!user || pasted_secret(value)) {
		findings_add(l, "device", FINDING_FAULT, ini->path, ini_line_number(ini, key),
			"%s: '%.200s': %s", name, pasted_hide(value), expected);
		return;
	}
	findings_add(l, "device", FINDING_FAULT, ini->path, ini_line_number(ini, key),
		"%s is user/%.100s, must be mfa/NAME (often the name of the user; IAM shows it). "
		"Change to",
		name, user + strlen(":user/"));
	findings_write(
		l, "%s = %.*s:mfa/%s", name, (int)(user - value), value, user + strlen(":user/"));
}

/* The device is in the first of these sections that has one (settings.h). */
static void check_device(struct findings *l, const struct settings *s)
{
	static const char *const names[] = {"aws_mfa_device", "mfa_serial"};
	const struct ini *const in[] = {&s->credentials, &s->credentials, &s->config};
	const struct ini_line *const headers[] = {section(in[0], s->long_term),
		section(in[1], s->value[SETTING_PROFILE]),
		profiles_section(in[2], SECTION_PROFILE, s->value[SETTING_PROFILE])};

	if (s->value[SETTING_DEVICE])
		return;
	for (size_t i = 0; i < 6; i++) {
		const struct ini_line *key = key_of(in[i / 2], headers[i / 2], names[i % 2]);
		char *value = key ? ini_value(in[i / 2], key).data : NULL;
		bool set = value && *value;

		if (set)
			report_device(l, in[i / 2], key, names[i % 2], value);
		free(value);
		if (set)
			return;
	}
}

/* `aws-mfa rotate` was interrupted, or waits for the end. */
static void check_rotation(struct findings *l, const struct settings *s)
{
	const char *profile = s->value[SETTING_PROFILE], *path = s->credentials.path;
	struct rotation r = {.path = NULL};
	char named[SHELL_PROFILE_SIZE];
	struct error e;

	if (!rotation_stands(&s->credentials, s->long_term))
		return;
	if (rotation_read(&r, &s->credentials, s->long_term, &e) != STATUS_OK) {
		findings_take(l, "rotation", FINDING_FAULT, e.text);
	} else if (r.key[KEY_OLD].id) {
		findings_add(l, "rotation", FINDING_NOTE, path, 0,
			"[%s] has a new key, and the old one %s waits: delete it with the command "
			"below, or go back to it with --undo in place of --finish",
			s->long_term, r.key[KEY_OLD].id);
		findings_run(l, "aws-mfa rotate %s --finish", shell_operand(profile, named));
	} else {
		findings_add(l, "rotation", FINDING_WARNING, path, 0,
			"the rotation of [%s] was interrupted %s. Go on with it:", s->long_term,
			r.key[KEY_NEW].id ? "before the new key was used"
					  : "while the new key was made");
		findings_run(l, "aws-mfa rotate %s", shell_operand(profile, named));
	}
	rotation_free(&r);
}

/* Some make one of the two a symlink to the other. */
static bool is_one_file(const struct settings *s)
{
	struct stat a, b;

	return s->config.path && stat(s->credentials.path, &a) == 0 &&
		stat(s->config.path, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* The session would overwrite long-term keys. If they are the keys of NAME, user_check() says so.
 */
static void check_spared(struct findings *l, const struct settings *s)
{
	char *source = settings_of_profile(s, s->value[SETTING_PROFILE], "source_profile", NULL);
	bool others = source || ini_has_section(&s->credentials, s->long_term);
	struct error e;

	free(source);
	if (others && session_spare_keys(&s->credentials, s->session, &e) != STATUS_OK)
		findings_take(l, "static-keys", FINDING_FAULT, e.text);
}

void keys_check(struct findings *l, const struct settings *s)
{
	size_t before = l->n[FINDING_FAULT] + l->n[FINDING_WARNING];

	check_spared(l, s);
	if (!is_one_file(s)) {
		keys_check_config(l, s);
		check_config_header(l, s);
		check_credentials_header(l, s, s->value[SETTING_PROFILE]);
		check_credentials_header(l, s, s->long_term);
	}
	check_device(l, s);
	check_rotation(l, s);
	if (l->n[FINDING_FAULT] + l->n[FINDING_WARNING] == before)
		findings_pass(l, "sections", "no key and no section is in the wrong place");
}
