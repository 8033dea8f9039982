#include "files.h"

#include "absence.h"
#include "file/owner.h"
#include "file/read.h"
#include "profiles.h"
#include "text/shell.h"
#include "value.h"

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
	const char *suffix = s->origin[SETTING_LONG_TERM_SUFFIX] == ORIGIN_OPTION
		? s->value[SETTING_LONG_TERM_SUFFIX]
		: NULL;
	char name[SHELL_PROFILE_SIZE] = "", quoted[256] = "";
	bool named = strcmp(profile, "default") != 0;

	if (named)
		shell_operand(profile, name);
	/* Leave out a suffix that is too long; aws-mfa(1) explains the options. */
	if (!suffix || !shell_quote(suffix, strlen(suffix), quoted, sizeof(quoted)))
		quoted[0] = '\0';
	snprintf(command, COMMAND_SIZE, "aws-mfa setup%s%s%s%s", named ? " " : "", name,
		*quoted ? " --long-term-suffix " : "", quoted);
	return command;
}

char *settings_of_profile(
	const struct settings *s, const char *profile, const char *key, char **where)
{
	const struct ini *const in[] = {&s->credentials, &s->config};
	const struct ini_line *const header[] = {
		ini_section(&s->credentials, profile, strlen(profile)),
		profiles_section(&s->config, SECTION_PROFILE, profile)};

	for (size_t i = 0; i < 2; i++) {
		const struct ini_line *l =
			header[i] ? ini_key(in[i], header[i], key, strlen(key)) : NULL;
		char *value = l ? ini_value(in[i], l).data : NULL;

		if (!value)
			continue;
		/* An empty value in the credentials file hides the one in the config file. */
		if (!*value) {
			free(value);
			return NULL;
		}
		if (where)
			*where = settings_format(
				"%s:%zu: %s", in[i]->path, ini_line_number(in[i], l), key);
		return value;
	}
	return NULL;
}

enum status settings_check_mode(const struct settings *s, struct error *e)
{
	const char *path = s->credentials.path;
	mode_t mode = s->credentials_stat.st_mode;
	char word[400];

	if (!(mode & (S_IRWXG | S_IRWXO)))
		return STATUS_OK;
	return error_set(e, STATUS_CONFIG,
		"%s: others may read your keys (mode %04o); run: chmod 600 %s", path,
		(unsigned)mode & 07777,
		shell_quote(path, strlen(path), word, sizeof(word)) ? word : path);
}

void settings_warn(const struct settings *s)
{
	struct error e;

	faults_warn(&s->credentials_faults, s->credentials.path);
	if (settings_check_mode(s, &e) != STATUS_OK)
		faults_tell("%s", e.text);
	faults_warn(&s->config_faults, s->config.path);
}

/* Checks that no other user can have moved the file away or put it there. */
static enum status check_way(const char *path, bool missing, const struct stat *st, struct error *e)
{
	enum status rc = owner_check_way(settings_home(), path, e);

	if (rc == STATUS_NOT_SET_UP && missing)
		return STATUS_OK;
	if (rc == STATUS_NOT_SET_UP || (rc == STATUS_OK && missing))
		return error_set(e, STATUS_CONFIG,
			"%s: appeared or disappeared while it was read; another program may be writing it; try again",
			path);
	return rc == STATUS_OK ? owner_check(path, st, e) : rc;
}

/* Reads one of the two files. */
static enum status read_checked(struct settings *s, const char *path, struct secret *bytes,
	struct stat *st, bool *missing, struct error *e)
{
	enum file_found found;
	enum status rc = file_read(path, bytes, st, &found, e);

	*missing = found == FILE_MISSING;
	if (rc == STATUS_OK && policy_of(s->mode)->files_must_be_safe)
		rc = check_way(path, *missing, st, e);
	if (found == FILE_UNFINISHED && !s->unfinished)
		s->unfinished = path;
	return rc;
}

enum status settings_read_credentials(struct settings *s, struct error *e)
{
	const char *path = s->value[SETTING_CREDENTIALS_FILE];
	char command[COMMAND_SIZE];
	struct secret bytes;
	struct stat st;
	bool missing;
	enum status rc = read_checked(s, path, &bytes, &st, &missing, e);

	if (rc == STATUS_OK && missing)
		rc = error_set(e, STATUS_NOT_SET_UP, "%s: there is no such file; run: %s", path,
			settings_setup_command(s, command));
	s->credentials_stat = st;
	if (rc == STATUS_OK)
		rc = ini_parse(
			&s->credentials, path, &bytes, faults_note, &s->credentials_faults, e);
	secret_free(&bytes);
	return rc;
}

/* Reads one of the long-term keys into *value. */
static enum status read_key(const struct settings *s, const char *key,
	const char *(*check)(const char *value), struct secret *value, struct error *e)
{
	const char *path = s->value[SETTING_CREDENTIALS_FILE];
	char command[COMMAND_SIZE];
	const char *expected;
	size_t line = 0;

	*value = ini_get_secret(&s->credentials, s->long_term, key, &line);
	if (!value->data)
		return error_set(e, STATUS_CONFIG, "%s: [%s] has no %s; add it, or run: %s", path,
			s->long_term, key, settings_setup_command(s, command));
	expected = check(value->data);
	if (expected)
		return error_set(e, STATUS_CONFIG, "%s:%zu: %s in [%s]: %s", path, line, key,
			s->long_term, expected);
	return STATUS_OK;
}

enum status settings_read_keys(struct settings *s, struct error *e)
{
	struct secret id;
	enum status rc = read_key(s, "aws_access_key_id", value_access_key_id, &id, e);

	s->access_key_id = id.data; /* not a secret */
	if (rc == STATUS_OK)
		rc = read_key(s, "aws_secret_access_key", value_secret_access_key,
			&s->secret_access_key, e);
	return rc;
}

enum status settings_read_config(struct settings *s, struct error *e)
{
	const char *path = s->value[SETTING_CONFIG_FILE];
	struct secret bytes;
	struct stat st;
	bool missing;
	enum status rc = read_checked(s, path, &bytes, &st, &missing, e);

	s->has_config = !missing;
	if (rc == STATUS_OK)
		rc = ini_parse(&s->config, path, &bytes, faults_note, &s->config_faults, e);
	secret_free(&bytes);
	/* In such a file nothing can be found, not even the name of the source profile. */
	return rc == STATUS_OK ? absence_check_encoding(&s->config, e) : rc;
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
	return rc;
}
