#include "write.h"

#include "credentials/clear.h"
#include "credentials/store.h"
#include "monotonic.h"
#include "settings/files.h"
#include "settings/profiles.h"
#include "timeout.h"

#include <stdlib.h>
#include <string.h>

static enum status write_file(const struct store_place *to, const struct store_edit *edits,
	size_t n_edits, struct error *e)
{
	enum status rc = store_edits_or_create(
		to, edits, n_edits, monotonic_ms() + TIMEOUT_DEFAULT * INT64_C(1000), e);

	if (rc == STATUS_NOT_STORED)
		e->status = rc = STATUS_CONFIG; /* no code was sent */
	return rc;
}

enum status setup_write_keys(
	const struct settings *s, const struct setup_keys *keys, struct error *e)
{
	const struct ini_pair written[] = {
		{"aws_access_key_id", keys->id},
		{"aws_secret_access_key", keys->secret},
		{"aws_mfa_device", keys->device},
	};
	const struct store_edit edits[] = {
		{s->long_term, written, sizeof(written) / sizeof(written[0]), false},
		/* `aws configure` may have left the rest of an old session. */
		{keys->moved_from, session_removed, SESSION_KEYS, true},
	};
	/* Threat: `aws configure` stores another key while the user is asked. */
	struct secret known =
		ini_get_secret(&s->credentials, s->long_term, "aws_access_key_id", NULL);
	const struct ini_pair expected = {"aws_access_key_id", known.data};
	const struct store_place to = {.path = s->value[SETTING_CREDENTIALS_FILE],
		.section = s->long_term,
		.expected = &expected,
		.n_expected = 1};
	enum status rc = write_file(&to, edits, keys->moved_from ? 2 : 1, e);

	secret_free(&known);
	return rc;
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
	struct store_edit edit = {NULL, &pair, 1, false};
	const struct store_place to = {.path = s->value[SETTING_CONFIG_FILE]};
	enum status rc = STATUS_OK;
	char *section = NULL;

	if (!there || strcmp(there, region) != 0) {
		section = header ? strndup(s->config.bytes.data + header->name, header->name_len)
				 : new_header(profile);
		edit.section = section;
		rc = section
			? write_file(&to, &edit, 1, e)
			: error_set(e, STATUS_CONFIG,
				  "%s: cannot hold this profile's name; add the region by hand",
				  s->value[SETTING_CONFIG_FILE]);
	}
	free(section);
	free(there);
	return rc;
}
