#include "settings_internal.h"

#include "log.h"
#include "profiles.h"
#include "value.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *settings_home(void)
{
	const char *env = getenv("HOME");
	const struct passwd *pw;

	if (env && *env)
		return env;
	pw = getpwuid(getuid());
	return pw && pw->pw_dir ? pw->pw_dir : "/";
}

const char *settings_setup_command(const struct settings *s, char command[static COMMAND_SIZE])
{
	const char *profile = s->value[SETTING_PROFILE];
	bool is_default = strcmp(profile, "default") == 0;
	bool suffix = s->origin[SETTING_LONG_TERM_SUFFIX] == ORIGIN_OPTION;

	snprintf(command, COMMAND_SIZE, "aws-mfa --setup%s%s%s%s", is_default ? "" : " --profile ",
		is_default ? "" : profile, suffix ? " --long-term-suffix " : "",
		suffix ? s->value[SETTING_LONG_TERM_SUFFIX] : "");
	return command;
}

char *settings_of_profile(const struct settings *s, const char *profile, const char *key)
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

static void warn_fault(
	void *arg, enum ini_fault fault, const char *path, size_t line, const char *what)
{
	(void)arg;
	(void)fault;
	log_warning("%s:%zu: %s", path, line, what);
}

/* A home that is missing or somebody else's is no "not set up": it may just not be mounted yet. */
static enum status check_home(struct error *e)
{
	struct stat st;

	if (stat(settings_home(), &st) < 0)
		return error_set(e, STATUS_CONFIG, "home %s: %s", settings_home(), strerror(errno));
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid())
		return error_set(
			e, STATUS_CONFIG, "home %s: is not a folder of this user", settings_home());
	/* Threat: somebody who moves ~/.aws away and makes an enrolled user one who is not. */
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return error_set(e, STATUS_CONFIG,
			"home %s: others may write it; run: chmod go-w %s", settings_home(),
			settings_home());
	return STATUS_OK;
}

/* A symlink that leads nowhere is no "not set up" either: its target may not be mounted yet. */
static bool is_symlinked(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = strndup(path, (size_t)(slash - path));
	struct stat st;
	bool linked = !folder || (lstat(path, &st) == 0 && S_ISLNK(st.st_mode)) ||
		(*folder && lstat(folder, &st) == 0 && S_ISLNK(st.st_mode));

	free(folder);
	return linked;
}

enum status settings_read_credentials(struct settings *s, bool strict, struct error *e)
{
	const char *path = s->value[SETTING_CREDENTIALS_FILE];
	char command[COMMAND_SIZE];
	struct bytes bytes;
	struct stat st;
	bool missing;
	enum status rc = strict ? check_home(e) : STATUS_OK;

	if (rc != STATUS_OK)
		return rc;
	rc = file_read(path, &bytes, &st, &missing, e);
	if (rc == STATUS_OK && missing && strict && is_symlinked(path))
		return error_set(e, STATUS_CONFIG,
			"%s: there is no such file behind this symlink; is its target mounted?",
			path);
	if (rc == STATUS_OK && missing)
		return error_set(e, STATUS_NOT_SET_UP, "%s: there is no such file; run: %s", path,
			settings_setup_command(s, command));
	if (rc == STATUS_OK && strict)
		rc = file_check_owned(path, &st, e);
	s->credentials_stat = st;
	if (rc == STATUS_OK)
		rc = ini_parse(&s->credentials, path, &bytes, warn_fault, NULL, e);
	bytes_free(&bytes);
	if (rc != STATUS_OK)
		return rc;
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		log_warning("%s: others may read your keys (mode %04o); run: chmod 600 %s", path,
			(unsigned)st.st_mode & 07777, path);
	return STATUS_OK;
}

/* One of the long-term keys into *value. */
static enum status read_key(const struct settings *s, const char *key,
	const char *(*check)(const char *value), char **value, struct error *e)
{
	const char *path = s->value[SETTING_CREDENTIALS_FILE];
	char command[COMMAND_SIZE];
	const char *expected;
	size_t line = 0;

	*value = ini_get(&s->credentials, s->long_term, key, &line);
	if (!*value)
		return error_set(e, STATUS_CONFIG, "%s: [%s] has no %s; add it, or run: %s", path,
			s->long_term, key, settings_setup_command(s, command));
	expected = check(*value);
	if (expected)
		return error_set(e, STATUS_CONFIG, "%s:%zu: %s in [%s]: %s", path, line, key,
			s->long_term, expected);
	return STATUS_OK;
}

enum status settings_read_keys(struct settings *s, struct error *e)
{
	enum status rc =
		read_key(s, "aws_access_key_id", value_access_key_id, &s->access_key_id, e);

	if (rc == STATUS_OK)
		rc = read_key(s, "aws_secret_access_key", value_secret_access_key,
			&s->secret_access_key, e);
	return rc;
}

/*
 * Every SDK that sees one of these for a profile takes it and never looks at a session in the
 * credentials file (botocore: credentials.py, create_credential_resolver()).
 */
static enum status check_seen_in(const struct settings *s, const struct ini *in,
	const struct ini_line *header, struct error *e)
{
	static const char *const keys[] = {"role_arn", "web_identity_token_file", "sso_session",
		"sso_start_url", "sso_account_id", "sso_role_name"};

	for (size_t i = 0; header && i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct ini_line *l = ini_key(in, header, keys[i], strlen(keys[i]));

		if (!l)
			continue;
		return error_set(e, STATUS_CONFIG,
			"%s:%zu: profile %s has %s, which AWS tools prefer to a session in [%s]; give "
			"--short-term-suffix WORD%s",
			in->path, (size_t)(l - in->lines) + 1, s->session, keys[i], s->session,
			i > 0 ? ""
			      : ", or refresh its source profile instead, take out mfa_serial here, and "
				"let the tools assume the role from that session");
	}
	return STATUS_OK;
}

enum status settings_read_config(struct settings *s, bool strict, struct error *e)
{
	const char *path = s->value[SETTING_CONFIG_FILE];
	struct bytes bytes;
	struct stat st;
	bool missing;
	enum status rc = file_read(path, &bytes, &st, &missing, e);

	if (rc == STATUS_OK && !missing && strict)
		rc = file_check_owned(path, &st, e);
	if (rc == STATUS_OK)
		rc = ini_parse(&s->config, path, &bytes, warn_fault, NULL, e);
	bytes_free(&bytes);
	return rc;
}

enum status settings_take_config(struct settings *s, struct error *e)
{
	const struct ini *config = &s->config;
	const struct ini_line *header =
		profiles_section(config, SECTION_PROFILE, s->value[SETTING_PROFILE]);
	enum status rc = STATUS_OK;

	if (header) {
		char *section = strndup(config->bytes.data + header->name, header->name_len);

		rc = section ? settings_take_section(s, config, section, e)
			     : error_system(e, config->path);
		free(section);
	}
	if (rc == STATUS_OK)
		rc = check_seen_in(s, &s->credentials,
			ini_section(&s->credentials, s->session, strlen(s->session)), e);
	if (rc == STATUS_OK)
		rc = check_seen_in(
			s, config, profiles_section(config, SECTION_PROFILE, s->session), e);
	return rc;
}
