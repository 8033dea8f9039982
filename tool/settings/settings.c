#include "settings.h"

#include "absence.h"
#include "checks.h"
#include "files.h"
#include "hint.h"
#include "preferred.h"
#include "services.h"
#include "site.h"
#include "source.h"
#include "text/secret.h"
#include "value.h"

#include <stdlib.h>
#include <string.h>

static enum status load_site(struct site *site, struct error *e)
{
	const char *known[2 * N_SETTINGS];

	return site_load(site, known, settings_known_keys(known), e);
}

/* The settings that name files and sections. They never come from ~/.aws. */
static enum status locate(struct settings *s, const char *const options[N_SETTINGS],
	const struct site *site, struct error *e)
{
	enum status rc = settings_take_given(s, options, e);

	if (rc == STATUS_OK)
		rc = settings_take_site(s, site, false, e);
	if (rc == STATUS_OK)
		rc = settings_take_built_in(s, false, e);
	if (rc == STATUS_OK)
		rc = settings_check_names(s, e);
	return rc;
}

enum status settings_locate(
	struct settings *s, const char *const options[N_SETTINGS], struct error *e)
{
	struct site site;
	enum status rc = load_site(&site, e);

	*s = (struct settings){0};
	if (rc == STATUS_OK)
		rc = locate(s, options, &site, e);
	site_free(&site);
	return rc;
}

/* Finds the section of the keys. A damaged file gives one error and no warnings. */
static enum status find_keys(struct settings *s, struct error *e)
{
	enum status rc = source_find(s, e);

	if (rc == STATUS_NOT_SET_UP)
		return hint_no_keys(s, e);
	settings_warn(s);
	return rc;
}

/*
 * What the two files of the user say of the profile. STATUS_CONFIG if AWS tools would not use a
 * session in s->session. Warns if some of them would not.
 */
static enum status take_files(struct settings *s, struct error *e)
{
	enum status rc = services_take(s, e);

	if (rc == STATUS_OK)
		rc = settings_take_section(s, &s->credentials, s->long_term, e);
	if (rc == STATUS_OK)
		rc = settings_take_section(s, &s->credentials, s->value[SETTING_PROFILE], e);
	if (rc == STATUS_OK)
		rc = settings_take_config(s, e);
	return rc == STATUS_OK && !policy_of(s->mode)->hands_over ? preferred_check(s, e) : rc;
}

/* What is left then. */
static enum status take_rest(struct settings *s, const struct site *site, struct error *e)
{
	enum status rc = settings_take_site(s, site, true, e);

	if (rc == STATUS_OK)
		rc = settings_take_built_in(s, true, e);
	return rc == STATUS_OK ? settings_check_values(s, e) : rc;
}

/* What comes before the files in ~/.aws. The caller frees *site, also after a failure. */
static enum status take_first(struct settings *s, const char *const options[N_SETTINGS],
	enum mode mode, struct site *site, struct error *e)
{
	enum status rc = load_site(site, e);

	*s = (struct settings){.mode = mode};
	if (rc == STATUS_OK)
		rc = locate(s, options, site, e);
	/* Report a bad value on the command line before any fault in a file. */
	return rc == STATUS_OK ? settings_check_values(s, e) : rc;
}

enum status settings_load(
	struct settings *s, const char *const options[N_SETTINGS], enum mode mode, struct error *e)
{
	struct site site;
	enum status rc = take_first(s, options, mode, &site, e);

	if (rc == STATUS_OK)
		rc = settings_read_credentials(s, e);
	/* A login goes on: the session may be lost, but the user can come and repair the file. */
	if (rc == STATUS_OK && !policy_of(mode)->stores_or_not)
		rc = absence_check_text(&s->credentials, e);
	if (rc == STATUS_OK)
		rc = settings_read_config(s, e);
	if (rc == STATUS_OK)
		rc = find_keys(s, e);
	if (rc == STATUS_OK)
		rc = take_files(s, e);
	if (rc == STATUS_OK)
		rc = source_take_device(s, e);
	if (rc == STATUS_OK)
		rc = take_rest(s, &site, e);
	if (rc == STATUS_OK)
		rc = settings_read_keys(s, e);
	if (rc == STATUS_OK)
		rc = settings_complete(s, e);
	site_free(&site);
	return rc;
}

/* A missing file is an empty one here. */
static enum status read_files(struct settings *s, struct error *e)
{
	enum status rc = settings_read_credentials(s, e);
	struct secret nothing = {0};

	if (rc == STATUS_NOT_SET_UP)
		rc = ini_parse(&s->credentials, s->value[SETTING_CREDENTIALS_FILE], &nothing, NULL,
			NULL, e);
	if (rc == STATUS_OK)
		rc = absence_check_text(&s->credentials, e);
	return rc == STATUS_OK ? settings_read_config(s, e) : rc;
}

/* A device of a file that is no device is to be replaced. */
static void drop_bad_device(struct settings *s)
{
	const char *device = s->value[SETTING_DEVICE];

	if (device && s->origin[SETTING_DEVICE] == ORIGIN_FILE && value_mfa_serial(device))
		settings_drop(s, SETTING_DEVICE);
}

/* profile: also take what the files say of the profile. */
static enum status read_some(struct settings *s, const char *const options[N_SETTINGS],
	enum mode mode, bool profile, struct error *e)
{
	struct site site;
	enum status rc = take_first(s, options, mode, &site, e);

	if (rc == STATUS_OK)
		rc = read_files(s, e);
	if (rc == STATUS_OK && profile)
		rc = take_files(s, e);
	drop_bad_device(s);
	if (rc == STATUS_OK)
		rc = take_rest(s, &site, e);
	site_free(&site);
	return rc;
}

enum status settings_load_without_keys(
	struct settings *s, const char *const options[N_SETTINGS], enum mode mode, struct error *e)
{
	enum status rc = read_some(s, options, mode, true, e);

	return rc == STATUS_OK && !policy_of(mode)->speaks_with_nobody ? settings_check_reach(s, e)
								       : rc;
}

enum status settings_read(
	struct settings *s, const char *const options[N_SETTINGS], struct error *e)
{
	return read_some(s, options, MODE_BY_HAND, false, e);
}

void settings_free(struct settings *s)
{
	for (enum setting id = 0; id < N_SETTINGS; id++)
		settings_drop(s, id);
	for (size_t i = 0; i < s->n_via; i++) {
		free(s->via[i].arn);
		free(s->via[i].session_name);
		free(s->via[i].external_id);
		free(s->via[i].source_identity);
	}
	secret_free(&s->secret_access_key);
	free(s->access_key_id);
	free(s->long_term);
	free(s->session);
	free(s->source_device);
	free(s->session_policy);
	free(s->source_device_where);
	ini_free(&s->credentials);
	ini_free(&s->config);
	*s = (struct settings){0};
}
