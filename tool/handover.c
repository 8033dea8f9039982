#include "handover.h"

#include "ascii.h"
#include "settings/outer.h"
#include "settings/preferred.h"
#include "text/log.h"
#include "text/shell.h"
#include "text/span.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void warn_of_end(const struct settings *s, time_t expiration)
{
	char text[SPAN_SIZE];

	log_warning("[%s] ends in %s", s->session, span_text(text, expiration - time(NULL)));
}

/* The inner profile may have another region. */
static char *forget_outer_region(void)
{
	const char *region = getenv("AWS_REGION");
	char *forgotten = region && outer_set_region() ? strdup(region) : NULL;

	if (!forgotten)
		return NULL;
	unsetenv("AWS_REGION");
	unsetenv("AWS_DEFAULT_REGION");
	return forgotten;
}

struct task {
	struct handover *h;
	const struct handover_way *way;
	const char *options[N_SETTINGS];
	struct renew_options renewal;
	struct refresh r;
};

static enum status check_settings(const struct task *t, struct error *e)
{
	return t->way->check ? t->way->check(&t->r.settings, e) : STATUS_OK;
}

/* Takes the session of the file. */
static enum status take_stored(struct task *t, struct error *e)
{
	const struct settings *s = &t->r.settings;

	return session_read(&s->credentials, s->session, &t->h->session)
		? STATUS_OK
		: error_system(e, s->credentials.path);
}

/* The user's only session is what a login stored: root has the keys, or there are none. */
static enum status take_without_keys(struct task *t, struct error *e)
{
	const struct settings *s = &t->r.settings;
	const char *role;
	struct error no_keys = *e;
	enum session_state state;
	time_t end;
	enum status rc;

	settings_free(&t->r.settings);
	rc = settings_load_without_keys(&t->r.settings, t->options, t->r.mode, e);
	if (rc == STATUS_OK)
		rc = check_settings(t, e);
	if (rc != STATUS_OK)
		return rc;
	role = s->value[SETTING_ASSUME_ROLE];
	state = session_check(&s->credentials, s->session, role, SESSION_LEAST, time(NULL), &end);
	if (state != SESSION_VALID && (state != SESSION_OTHER_ROLE || role)) {
		*e = no_keys;
		return e->status;
	}
	if (end - time(NULL) < HANDOVER_LEAST)
		warn_of_end(s, end);
	return take_stored(t, e);
}

/* Less is left than is wanted, but enough to use the session. */
static bool is_usable(const struct refresh *r)
{
	return r->state == SESSION_EXPIRED && r->expiration - time(NULL) >= SESSION_LEAST;
}

/* A preferred_fn: a refresh would refuse the profile. */
static void note_refused(void *refused, bool every, const struct error *e)
{
	(void)e;
	*(bool *)refused |= every;
}

/* Nobody can be asked for a code. */
static enum status refuse(const struct task *t, struct error *e)
{
	static const char *const words[] = {[SESSION_ABSENT] = "holds no session",
		[SESSION_EXPIRED] = "has expired",
		[SESSION_OTHER_ROLE] = "holds the session of another role"};
	const struct settings *s = &t->r.settings;
	const char *profile = s->value[SETTING_PROFILE], *what = words[t->r.state];
	bool refused = false;
	char named[SHELL_PROFILE_SIZE];

	if (t->r.state == SESSION_EXPIRED && t->r.expiration > time(NULL))
		what = "ends within a minute";
	preferred_report(s, note_refused, &refused);
	if (refused)
		return error_set(e, STATUS_USAGE,
			"[%s] %s, and there is no terminal to ask for a code; %s. Give the code "
			"with --token - or --token-command",
			s->session, what, t->way->undone);
	return error_set(e, STATUS_USAGE,
		"[%s] %s, and there is no terminal to ask for a code; %s. First run: "
		"aws-mfa %s   (or give the code with --token - or --token-command)",
		s->session, what, t->way->undone, shell_profile(profile, named));
}

static enum status take_new(struct task *t, struct error *e)
{
	enum status rc = check_settings(t, e);

	if (rc != STATUS_OK)
		return rc;
	if (!renew_can_ask(&t->r, &t->renewal)) {
		if (!is_usable(&t->r))
			return refuse(t, e);
		warn_of_end(&t->r.settings, t->r.expiration);
		return take_stored(t, e);
	}
	rc = renew(&t->r, &t->renewal, e);
	if (rc == STATUS_VALID) /* another process was faster */
		return take_stored(t, e);
	if (rc == STATUS_OK && e->text[0])
		log_warning("%s", e->text);
	if (rc == STATUS_NOT_STORED && t->r.session.expiration > 0) {
		log_warning("the session is used, but could not be stored: %s", e->text);
		rc = STATUS_OK;
	}
	t->h->session = t->r.session;
	t->r.session = (struct session){0};
	return rc;
}

static enum status take(struct task *t, struct error *e)
{
	enum status rc = refresh_load(&t->r, t->options, e);

	if (rc == STATUS_NOT_SET_UP)
		return take_without_keys(t, e);
	if (rc == STATUS_OK)
		return take_new(t, e);
	if (rc == STATUS_VALID)
		rc = check_settings(t, e);
	return rc == STATUS_OK ? take_stored(t, e) : rc;
}

/* Threat: a line end in a key becomes a line of a shell or of a file. */
static enum status check_keys(const struct handover *h, struct error *e)
{
	const struct secret *const keys[] = {&h->session.access_key_id,
		&h->session.secret_access_key, &h->session.session_token};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!ascii_is_graphic(keys[i]->data))
			return error_set(e, STATUS_CONFIG,
				"the keys of profile %s are not from AWS: they hold blanks or other "
				"characters that keys do not have; get a new session with aws-mfa "
				"--force",
				h->profile);
	return STATUS_OK;
}

static enum status complete(const struct task *t, const char *outer_region, struct error *e)
{
	const struct settings *s = &t->r.settings;
	const char *region = s->value[SETTING_REGION] ? s->value[SETTING_REGION] : outer_region;
	char *profile = strdup(s->value[SETTING_PROFILE]), *copy = region ? strdup(region) : NULL;
	struct handover *h = t->h;

	h->profile = profile;
	h->region = copy;
	if (!profile || (region && !copy))
		return error_system(e, "settings");
	if (!iso_time_write(h->expiration, h->session.expiration))
		return error_set(e, STATUS_CONFIG, "[%s]: expiration is no date", s->session);
	return check_keys(h, e);
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

enum status handover_get(
	struct handover *h, const struct command_line *line, const struct handover_way *way)
{
	struct task t = {.h = h,
		.way = way,
		.renewal = {.token = line->option[HANDOVER_TOKEN]},
		.r = {.mode = line->option[HANDOVER_NO_STORE] ? MODE_HAND_OVER_ONLY
							      : MODE_HAND_OVER,
			.least = HANDOVER_LEAST}};
	struct error e = {0};
	enum status rc = command_line_profile(line, t.options, &e);
	char *outer_region = forget_outer_region();

	*h = (struct handover){0};
	log_spare_stdout();
	if (rc == STATUS_OK)
		rc = take(&t, &e);
	if (rc == STATUS_OK)
		rc = complete(&t, outer_region, &e);
	if (rc != STATUS_OK)
		renew_tell_failure(rc, &e);
	if (rc == STATUS_NOT_SET_UP)
		hint_at_sudo();
	refresh_free(&t.r);
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
