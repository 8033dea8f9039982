#include "user.h"

#include "content.h"
#include "hidden.h"
#include "keys.h"
#include "login.h"
#include "paths.h"
#include "rights.h"
#include "settings/files.h"
#include "settings/preferred.h"
#include "settings/process_loop.h"
#include "storing.h"
#include "text/log.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* For log_take(). Warnings of a refresh become findings. */
static void take_warning(void *arg, enum log_level level, const char *text)
{
	findings_take(
		arg, "settings", level == LOG_LEVEL_ERROR ? FINDING_FAULT : FINDING_WARNING, text);
}

/* What doctor itself was told on the command line is wrong: "--region: 'x y': ...". */
static bool is_usage(const struct error *e)
{
	return e->status == STATUS_USAGE && strncmp(e->text, "--", 2) == 0;
}

/*
 * The user has no keys, and this host may have an entry of the user. No user can look into the
 * folder of the entries.
 */
static bool has_keystore(const struct error *e)
{
	return e->status == STATUS_NOT_SET_UP && strstr(e->text, "run: aws-mfa setup") &&
		!strstr(e->text, "(profiles with keys: ") && access(AWS_MFA_KEYS_DIR, F_OK) == 0;
}

/*
 * Makes an error about a setting a finding. Returns STATUS_OK, or the status of an error that is no
 * finding.
 */
static enum status take(struct findings *l, enum setting id, const struct error *e)
{
	const char *name = e->status == STATUS_NOT_SET_UP ? "not-set-up" : "settings";

	if (is_usage(e) || e->status == STATUS_SYSTEM)
		return e->status;
	if (has_keystore(e)) {
		if (!findings_have(l, "keystore"))
			findings_add(l, "keystore", FINDING_NOTE, NULL, 0,
				"no long-term keys here: if this host keeps your keys "
				"(keystore mode), each login stores a session, and you need no "
				"setup. Ask the administrator");
		return STATUS_OK;
	}
	findings_take(l, id == SETTING_DEVICE ? "device" : name, FINDING_FAULT, e->text);
	return STATUS_OK;
}

static void note_sudo(struct findings *l)
{
	if (geteuid() != 0 || !getenv("SUDO_USER"))
		return;
	findings_add(l, "sudo", FINDING_NOTE, NULL, 0,
		"these are the files of root, since sudo runs this; for your own, run it without "
		"sudo");
}

/*
 * Looks at everything on its own, so that one fault does not hide another. STATUS_CONFIG: a file is
 * no text.
 */
static enum status look(struct findings *l, struct settings *s, struct error *e)
{
	enum status rc = STATUS_OK;
	bool text;

	if (settings_read_credentials(s, e) != STATUS_OK)
		rc = take(l, N_SETTINGS, e);
	if (rc == STATUS_OK && settings_read_config(s, e) != STATUS_OK)
		rc = take(l, N_SETTINGS, e);
	if (rc != STATUS_OK)
		return rc;
	rights_check(l, s);
	text = content_check(l, s);
	if (text && s->credentials.bytes.size > 0) {
		keys_check(l, s);
		hidden_check_files(l, s);
	}
	if (s->credentials.path)
		storing_check(l, s);
	else if (text)
		keys_check_config(l, s);
	hidden_check_variables(l, s);
	return text ? STATUS_OK : STATUS_CONFIG;
}

/* Stands for a setting that is wrong or missing, so that the rest can be looked at. */
static const char *stand_in(enum setting id)
{
	switch (id) {
	case SETTING_DEVICE:
		return "arn:aws:iam::000000000000:mfa/unknown";
	case SETTING_DURATION:
		return "3600";
	case SETTING_RENEW_BEFORE:
		return "60";
	case SETTING_ROLE_SESSION_NAME:
	case SETTING_EXTERNAL_ID:
	case SETTING_SOURCE_IDENTITY:
		return "unknown";
	case SETTING_REGION:
		return "us-east-1";
	case SETTING_SHORT_TERM_SUFFIX:
		return "unknown";
	default:
		return NULL;
	}
}

/* Returns the setting that the error is about, or that would avoid it; else N_SETTINGS. */
static enum setting setting_of(const struct settings *s, const struct error *e)
{
	struct error preferred = {0};

	for (enum setting id = 0; id < N_SETTINGS; id++)
		if (s->where[id] && strncmp(e->text, s->where[id], strlen(s->where[id])) == 0)
			return id;
	if (s->session && preferred_check(s, &preferred) != STATUS_OK &&
		strcmp(preferred.text, e->text) == 0)
		return SETTING_SHORT_TERM_SUFFIX;
	return !s->value[SETTING_DEVICE] && strstr(e->text, "has no aws_mfa_device")
		? SETTING_DEVICE
		: N_SETTINGS;
}

/*
 * Does what a refresh does before it connects, until it would connect. A setting that is refused is
 * replaced once.
 */
static enum status load(struct findings *l, struct settings *s,
	const char *const options[N_SETTINGS], struct error *e)
{
	const char *tried[N_SETTINGS];
	enum status rc, taken = STATUS_OK;

	memcpy(tried, options, sizeof(tried));
	for (;;) {
		enum setting id;

		rc = settings_load(s, tried, MODE_BY_HAND, e);
		if (rc == STATUS_OK)
			break;
		id = setting_of(s, e);
		taken = take(l, id, e);
		if (taken != STATUS_OK || id == N_SETTINGS || tried[id] || !stand_in(id))
			break;
		tried[id] = stand_in(id);
		settings_free(s);
	}
	if (taken != STATUS_OK)
		return taken;
	if (rc == STATUS_OK && memcmp(tried, options, sizeof(tried)) == 0)
		findings_pass(l, "settings", "all settings that a refresh needs are there");
	/* Another region is no answer to whether this one can be reached. */
	return rc == STATUS_OK && tried[SETTING_REGION] == options[SETTING_REGION] ? STATUS_OK
										   : STATUS_CONFIG;
}

static enum status check(struct findings *l, struct settings *s,
	const char *const options[N_SETTINGS], struct error *e)
{
	enum status rc;

	log_take(take_warning, l);
	rc = settings_locate(s, options, e);
	if (rc != STATUS_OK) {
		rc = take(l, N_SETTINGS, e);
		log_take(NULL, NULL);
		return rc == STATUS_OK ? STATUS_CONFIG : rc;
	}
	rc = look(l, s, e);
	settings_free(s);
	log_take(take_warning, l);
	if (rc == STATUS_OK)
		rc = load(l, s, options, e);
	log_take(NULL, NULL);
	if ((rc == STATUS_OK || rc == STATUS_CONFIG) && !findings_have(l, "keystore"))
		login_check(l, s->value[SETTING_PROFILE]);
	return rc;
}

/* Does a refresh of this profile have keys to work with, or a session to replace? */
static bool has_sections(const struct settings *s)
{
	char *source = settings_of_profile(s, s->value[SETTING_PROFILE], "source_profile", NULL);
	bool has = source || ini_has_section(&s->credentials, s->long_term) ||
		ini_has_section(&s->credentials, s->session);

	free(source);
	return has;
}

/*
 * If AWS tools get the session of the profile from `aws-mfa export OTHER`, returns OTHER, which is
 * to be looked at. The caller frees it.
 */
static char *exported_profile(struct findings *l, const char *const options[N_SETTINGS])
{
	char *other = NULL, *where = NULL;
	struct settings s;
	struct error e;

	log_take(take_warning, l);
	if (settings_read(&s, options, &e) == STATUS_OK) {
		if (process_loop_check(&s, &e) != STATUS_OK)
			findings_take(l, "process-loop", FINDING_FAULT, e.text);
		else if (!has_sections(&s))
			other = process_exports(&s, s.value[SETTING_PROFILE], &where);
	}
	log_take(NULL, NULL);
	if (other) {
		error_set(&e, STATUS_OK,
			"%s gets the session of profile %s, so doctor looks at that profile",
			where ? where : "credential_process", other);
		findings_take(l, "process", FINDING_NOTE, e.text);
	}
	settings_free(&s);
	free(where);
	return other;
}

enum status user_check(struct findings *l, struct settings *s,
	const char *const options[N_SETTINGS], struct error *e)
{
	const char *followed[N_SETTINGS];
	enum status rc;
	char *other;

	note_sudo(l);
	memcpy(followed, options, sizeof(followed));
	other = exported_profile(l, options);
	if (other)
		followed[SETTING_PROFILE] = other;
	rc = check(l, s, followed, e);
	free(other);
	return rc;
}
