#include "write.h"

#include "credentials/store.h"
#include "file/create.h"
#include "file/read.h"
#include "record.h"
#include "settings/files.h"
#include "settings/profiles.h"
#include "timeout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Creates a missing file with the edits in it. *made is false if there is a file. */
static enum status make(const char *path, const struct store_edit *edits, size_t n_edits,
	bool *made, struct error *e)
{
	struct secret nothing = {0}, content = {0}, whole;
	struct ini ini = {0};
	struct stat st;
	enum status rc;

	*made = false;
	if (stat(path, &st) == 0 || errno != ENOENT)
		return STATUS_OK;
	rc = ini_parse(&ini, path, &nothing, NULL, NULL, e);
	if (rc == STATUS_OK)
		rc = store_apply(&ini, edits, n_edits, &content, e);
	/* Before a new section stands an empty line, which a new file does not need. */
	whole = content;
	if (rc == STATUS_OK && content.data[0] == '\n') {
		whole.data++;
		whole.size--;
	}
	if (rc == STATUS_OK)
		rc = create_file(path, &whole, made, e);
	secret_free(&content);
	ini_free(&ini);
	return rc;
}

static enum status write_file(
	const char *path, const struct store_edit *edits, size_t n_edits, struct error *e)
{
	bool made;
	enum status rc = make(path, edits, n_edits, &made, e);

	if (rc == STATUS_OK && !made)
		rc = store_edits(&(struct store_place){.path = path}, edits, n_edits,
			monotonic_ms() + TIMEOUT_DEFAULT * INT64_C(1000), e);
	if (rc == STATUS_NOT_STORED)
		e->status = rc = STATUS_CONFIG; /* no code was sent */
	return rc;
}

static bool holds(const struct ini *ini, const char *section, const char *key, const char *value)
{
	struct secret now = ini_get_secret(ini, section, key, NULL);
	bool yes = now.data && strcmp(now.data, value) == 0;

	secret_free(&now);
	return yes;
}

/*
 * Threat: another program writes other keys to the section while the user answers questions. They
 * would be removed, and AWS shows a secret only once.
 */
static enum status check_moved(const char *path, const struct setup_keys *keys, struct error *e)
{
	struct secret bytes = {0};
	struct ini ini = {0};
	enum file_found found;
	struct stat st;
	enum status rc = file_read(path, &bytes, &st, &found, e);

	if (rc == STATUS_OK)
		rc = ini_parse(&ini, path, &bytes, NULL, NULL, e);
	if (rc == STATUS_OK &&
		(!holds(&ini, keys->moved_from, "aws_access_key_id", keys->id) ||
			!holds(&ini, keys->moved_from, "aws_secret_access_key", keys->secret)))
		rc = error_set(e, STATUS_CONFIG,
			"%s: the keys in [%s] have changed meanwhile; nothing was written: run setup "
			"again",
			path, keys->moved_from);
	ini_free(&ini);
	return rc;
}

enum status setup_write_keys(
	const struct settings *s, const struct setup_keys *keys, struct error *e)
{
	const char *path = s->value[SETTING_CREDENTIALS_FILE];
	const struct ini_pair written[] = {
		{"aws_access_key_id", keys->id},
		{"aws_secret_access_key", keys->secret},
		{"aws_mfa_device", keys->device},
	};
	/* `aws configure` may have left the rest of an old session. */
	static const struct ini_pair removed[] = {{"aws_access_key_id", NULL},
		{"aws_secret_access_key", NULL}, {"aws_session_token", NULL},
		{"aws_security_token", NULL}, {"expiration", NULL}, {"assumed_role", NULL},
		{"assumed_role_arn", NULL}};
	const struct store_edit edits[] = {
		{s->long_term, written, sizeof(written) / sizeof(written[0])},
		{keys->moved_from, removed, sizeof(removed) / sizeof(removed[0])},
	};

	if (keys->moved_from && check_moved(path, keys, e) != STATUS_OK)
		return e->status;
	return write_file(path, edits, keys->moved_from ? 2 : 1, e);
}

/* The header that the config file needs for a new profile. NULL: no memory, or no such header. */
static char *new_header(const char *profile)
{
	if (strcmp(profile, "default") == 0)
		return strdup(profile);
	if (strpbrk(profile, "\"'\\"))
		return NULL;
	return settings_format(
		strpbrk(profile, " \t#;") ? "profile \"%s\"" : "profile %s", profile);
}

enum status setup_write_region(const struct settings *s, const char *region, struct error *e)
{
	const char *profile = s->session;
	const struct ini_line *header = profiles_section(&s->config, SECTION_PROFILE, profile);
	char *there = settings_of_profile(s, profile, "region", NULL);
	const struct ini_pair pair = {"region", region};
	struct store_edit edit = {NULL, &pair, 1};
	enum status rc = STATUS_OK;
	char *section = NULL;

	if (!there || strcmp(there, region) != 0) {
		section = header ? strndup(s->config.bytes.data + header->name, header->name_len)
				 : new_header(profile);
		edit.section = section;
		rc = section
			? write_file(s->value[SETTING_CONFIG_FILE], &edit, 1, e)
			: error_set(e, STATUS_CONFIG,
				  "%s: cannot hold this profile's name; add the region by hand",
				  s->value[SETTING_CONFIG_FILE]);
	}
	free(section);
	free(there);
	return rc;
}
