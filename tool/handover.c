#include "handover.h"

#include "ascii.h"
#include "text/log.h"
#include "text/shell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "4 min", "75 s" */
static const char *left(time_t expiration, char text[static 32])
{
	long s = (long)(expiration - time(NULL));

	snprintf(text, 32, "%ld %s", s >= 120 ? s / 60 : s, s >= 120 ? "min" : "s");
	return text;
}

/*
 * An outer exec has set both variables of the region, to that of its profile. The inner profile may
 * have another one. If the user has set one of them since, they differ, and count.
 */
static char *forget_outer_region(void)
{
	const char *profile = getenv("AWS_MFA_PROFILE"), *region = getenv("AWS_REGION"),
		   *other = getenv("AWS_DEFAULT_REGION");
	char *forgotten;

	if (!profile || !region || !other || strcmp(region, other) != 0)
		return NULL;
	forgotten = strdup(region);
	unsetenv("AWS_REGION");
	unsetenv("AWS_DEFAULT_REGION");
	return forgotten;
}

/*
 * exec and export unset AWS_PROFILE, and leave AWS_MFA_PROFILE. Without it a second export in the
 * same shell would be of another account.
 */
static const char *outer_profile(void)
{
	const char *profile = getenv("AWS_PROFILE"), *other = getenv("AWS_DEFAULT_PROFILE"),
		   *outer = getenv("AWS_MFA_PROFILE");

	return (profile && *profile) || (other && *other) || !outer || !*outer ? NULL : outer;
}

static enum status take_session(struct handover *h, struct refresh *r, bool is_new, struct error *e)
{
	const struct ini *credentials = &r->settings.credentials;

	if (is_new) {
		h->session = r->session;
		r->session = (struct session){0};
	} else if (!session_read(credentials, r->settings.session, &h->session)) {
		return error_system(e, credentials->path);
	}
	return STATUS_OK;
}

/* The user's only session is what a login stored: root has the keys, or there are none. */
static enum status take_without_keys(struct handover *h, struct refresh *r,
	const char *const options[N_SETTINGS], struct error *e)
{
	struct settings *s = &r->settings;
	struct error none = *e;
	char text[32];
	enum session_state state;
	enum status rc;

	settings_free(s);
	rc = settings_load_without_keys(s, options, e);
	if (rc != STATUS_OK)
		return rc;
	state = session_check(&s->credentials, s->session, s->value[SETTING_ASSUME_ROLE],
		SESSION_LEAST, time(NULL), &r->expiration);
	if (state != SESSION_VALID &&
		(state != SESSION_OTHER_ROLE || s->value[SETTING_ASSUME_ROLE])) {
		*e = none;
		return e->status;
	}
	if (r->expiration - time(NULL) < HANDOVER_LEAST)
		log_warning("[%s] ends in %s", s->session, left(r->expiration, text));
	return take_session(h, r, false, e);
}

/* Nobody can be asked for a code. */
static enum status take_or_refuse(
	struct handover *h, struct refresh *r, const char *undone, struct error *e)
{
	static const char *const words[] = {[SESSION_ABSENT] = "holds no session",
		[SESSION_EXPIRED] = "has expired",
		[SESSION_OTHER_ROLE] = "holds the session of another role"};
	const char *profile = r->settings.value[SETTING_PROFILE];
	char text[32], name[256];

	if (r->state == SESSION_EXPIRED && r->expiration - time(NULL) >= SESSION_LEAST) {
		log_warning("[%s] ends in %s", r->settings.session, left(r->expiration, text));
		return take_session(h, r, false, e);
	}
	if (!shell_quote(profile, strlen(profile), name, sizeof(name)))
		snprintf(name, sizeof(name), "NAME");
	return error_set(e, STATUS_USAGE,
		"[%s] %s, and there is no terminal to ask for a code; %s. First run: "
		"aws-mfa --profile %s   (or give the code with --token -)",
		r->settings.session, words[r->state], undone, name);
}

static enum status get(struct handover *h, struct refresh *r, const struct renew_options *renewal,
	const char *const options[N_SETTINGS], const char *undone, struct error *e)
{
	enum status rc = refresh_load(r, options, e);

	if (rc == STATUS_NOT_SET_UP)
		return take_without_keys(h, r, options, e);
	if (rc == STATUS_OK) {
		if (!renew_can_ask(renewal))
			return take_or_refuse(h, r, undone, e);
		rc = renew(r, renewal, e);
	}
	if (rc == STATUS_OK && e->text[0])
		log_warning("%s", e->text);
	if (rc == STATUS_NOT_STORED && r->session.expiration > 0)
		log_warning("the session is used, but could not be stored: %s", e->text);
	else if (rc != STATUS_OK && rc != STATUS_VALID)
		return rc;
	return take_session(h, r, rc != STATUS_VALID, e);
}

/* Threat: a line end in a key becomes a line of a shell or of a file. */
static enum status check(const struct handover *h, struct error *e)
{
	const struct secret *const keys[] = {&h->session.access_key_id,
		&h->session.secret_access_key, &h->session.session_token};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!ascii_is_graphic(keys[i]->data))
			return error_set(e, STATUS_CONFIG,
				"the keys of profile %s are none of AWS: they hold blanks or other "
				"characters that keys do not have; get a new session with --force",
				h->profile);
	return STATUS_OK;
}

static enum status complete(
	struct handover *h, const struct refresh *r, const char *outer_region, struct error *e)
{
	const char *region = r->settings.value[SETTING_REGION];
	struct tm tm;

	region = region ? region : outer_region;
	h->profile = strdup(r->settings.value[SETTING_PROFILE]);
	h->region = region ? strdup(region) : NULL;
	if (!h->profile || (region && !h->region))
		return error_system(e, "settings");
	if (!gmtime_r(&h->session.expiration, &tm) ||
		strftime(h->expiration, sizeof(h->expiration), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return error_set(
			e, STATUS_CONFIG, "[%s]: expiration is no date", r->settings.session);
	return check(h, e);
}

/* Everybody's first sudo: root has a home and a file of its own. */
static void hint_at_sudo(void)
{
	const char *user = getenv("SUDO_USER");

	if (geteuid() == 0 && user && strcmp(user, "root") != 0)
		log_warning("sudo: this looked at the files of root, not of %s; run aws-mfa as %s, "
			    "and sudo from there",
			user, user);
}

enum status handover_get(struct handover *h, const struct command_line *line, const char *undone)
{
	const struct renew_options renewal = {.token = line->option[HANDOVER_TOKEN]};
	struct refresh r = {
		.mode = line->option[HANDOVER_NO_STORE] ? MODE_HAND_OVER_ONLY : MODE_HAND_OVER,
		.least = HANDOVER_LEAST};
	const char *options[N_SETTINGS];
	struct error e = {0};
	enum status rc = command_line_profile(line, options, &e);
	char *outer_region = forget_outer_region();

	*h = (struct handover){0};
	if (!options[SETTING_PROFILE])
		options[SETTING_PROFILE] = outer_profile();
	if (rc == STATUS_OK)
		rc = get(h, &r, &renewal, options, undone, &e);
	if (rc == STATUS_OK)
		rc = complete(h, &r, outer_region, &e);
	if (rc != STATUS_OK)
		renew_tell_failure(rc, &e);
	if (rc == STATUS_NOT_SET_UP)
		hint_at_sudo();
	refresh_free(&r);
	free(outer_region);
	return rc;
}

void handover_free(struct handover *h)
{
	session_free(&h->session);
	free(h->profile);
	free(h->region);
	*h = (struct handover){0};
}
