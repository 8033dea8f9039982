#include "keys.h"

#include "credentials/session.h"
#include "settings/profiles.h"
#include "settings/value.h"

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
static void check_config(struct findings *l, const struct settings *s)
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

/* "[profile work]" belongs to the config file, and [work] to the credentials file. */
static void check_headers(struct findings *l, const struct settings *s)
{
	const char *const names[] = {s->value[SETTING_PROFILE], s->long_term};
	char prefixed[300];

	for (size_t i = 0; i < 2; i++) {
		const struct ini_line *header = section(&s->config, names[i]);

		if (header && strcmp(names[i], "default") != 0 && i == 0) {
			findings_add(l, "section-name", FINDING_WARNING, s->config.path,
				ini_line_number(&s->config, header),
				"[%s] is no profile in this file, so AWS tools ignore it",
				names[i]);
			findings_write(l, "[profile %s]", names[i]);
		}
		snprintf(prefixed, sizeof(prefixed), "profile %s", names[i]);
		header = section(&s->credentials, prefixed);
		if (!header || !ini_has_section(&s->credentials, s->long_term))
			continue;
		findings_add(l, "section-name", FINDING_WARNING, s->credentials.path,
			ini_line_number(&s->credentials, header),
			"in this file a section has no \"profile \" before its name, so AWS tools "
			"ignore [%s]",
			prefixed);
		findings_write(l, "[%s]", names[i]);
	}
}

static void report_device(struct findings *l, const struct ini *ini, const struct ini_line *key,
	const char *name, const char *value)
{
	const char *expected = value_mfa_serial(value), *user = strstr(value, ":user/");

	if (!expected)
		return;
	if (!user) {
		findings_add(l, "device", FINDING_FAULT, ini->path, ini_line_number(ini, key),
			"%s: '%.200s': %s", name, value, expected);
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

/* Some make one of the two a symlink to the other. */
static bool is_one_file(const struct settings *s)
{
	struct stat a, b;

	return s->config.path && stat(s->credentials.path, &a) == 0 &&
		stat(s->config.path, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

void keys_check_config(struct findings *l, const struct settings *s)
{
	check_config(l, s);
}

void keys_check(struct findings *l, const struct settings *s)
{
	size_t before = l->n[FINDING_FAULT] + l->n[FINDING_WARNING];
	struct error e;

	if (session_spare_keys(&s->credentials, s->session, &e) != STATUS_OK)
		findings_take(l, "static-keys", FINDING_FAULT, e.text);
	if (!is_one_file(s)) {
		check_config(l, s);
		check_headers(l, s);
	}
	check_device(l, s);
	if (l->n[FINDING_FAULT] + l->n[FINDING_WARNING] == before)
		findings_pass(l, "sections", "no key and no section is in the wrong place");
}
