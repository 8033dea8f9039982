#include "session.h"

#include <security/pam_ext.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "clean.h"
#include "converse.h"
#include "item.h"
#include "local_time.h"
#include "look.h"
#include "talk.h"
#include "user.h"

#define LOOK_SECONDS 3U
#define SOON_SECONDS (15L * 60)

static bool is_default(const struct options *opt)
{
	return strcmp(options_profile(opt), "default") == 0;
}

/*
 * sudo and su set PAM_RUSER to the caller. If it differs from PAM_USER, the session belongs to
 * somebody else.
 */
static bool is_callers_own(pam_handle_t *pamh)
{
	const char *from = item_text(pamh, PAM_RUSER);

	return !*from || strcmp(from, item_text(pamh, PAM_USER)) == 0;
}

/* Threat: `sudo -i` gives root the caller's AWS profile. */
static void set_profile(pam_handle_t *pamh, const struct options *opt)
{
	char variable[sizeof("AWS_PROFILE=") + PROFILE_MAX];

	if (is_default(opt))
		return;
	if (!is_callers_own(pamh)) {
		pam_syslog(
			pamh, LOG_WARNING, "setenv ignored: the session is not the caller's own");
		return;
	}
	snprintf(variable, sizeof(variable), "AWS_PROFILE=%s", opt->profile);
	if (pam_putenv(pamh, variable) != PAM_SUCCESS)
		pam_syslog(pamh, LOG_WARNING, "cannot set AWS_PROFILE");
}

static void say(pam_handle_t *pamh, const struct options *opt, const char *what)
{
	char profile[PROFILE_MAX + 1], text[512];

	clean_text(profile, sizeof(profile), options_profile(opt));
	if (is_default(opt))
		snprintf(text, sizeof(text), "%s Renew it with: aws-mfa", what);
	else
		snprintf(text, sizeof(text), "%s Renew it with: aws-mfa --profile %s", what,
			profile);
	converse_tell(pamh, PAM_TEXT_INFO, text);
}

/* For logins with a public key, after which sshd skips auth. */
static void notify(pam_handle_t *pamh, const struct options *opt, const struct talk *talk)
{
	char when[64], what[128];
	bool dated = local_time(when, sizeof(when), talk->until);

	if (talk_ended_with(talk, STATUS_NO_SESSION) && dated && talk->until <= time(NULL)) {
		snprintf(what, sizeof(what), "AWS session expired at %s.", when);
		say(pamh, opt, what);
	} else if (talk_ended_with(talk, STATUS_NO_SESSION)) {
		say(pamh, opt, "There is no valid AWS session.");
	} else if (talk_ended_with(talk, STATUS_VALID) && dated &&
		talk->until - time(NULL) <= SOON_SECONDS) {
		snprintf(what, sizeof(what), "AWS session ends at %s.", when);
		say(pamh, opt, what);
	}
}

/* Until the date of nullok= this user gets in without a code. */
static void remind(pam_handle_t *pamh, const struct options *opt)
{
	char profile[PROFILE_MAX + 1], text[512];

	clean_text(profile, sizeof(profile), options_profile(opt));
	snprintf(text, sizeof(text),
		"After %s this login needs an AWS MFA code. Set it up before: aws-mfa setup%s%s",
		opt->nullok_date, is_default(opt) ? "" : " --profile ",
		is_default(opt) ? "" : profile);
	converse_tell(pamh, PAM_TEXT_INFO, text);
}

static void report(pam_handle_t *pamh, const struct options *opt, const struct user *user)
{
	struct talk talk = {.until = -1};

	look(pamh, opt, user, LOOK_SECONDS, &talk);
	if (talk_ended_with(&talk, STATUS_NOT_SET_UP)) {
		if (opt->nullok_date && opt->nullok)
			remind(pamh, opt);
	} else if (!talk_ended_with(&talk, STATUS_NO_SESSION) &&
		!talk_ended_with(&talk, STATUS_VALID)) {
		pam_syslog(pamh, LOG_WARNING, "notify: %s", talk.reason);
	} else if (opt->notify) {
		notify(pamh, opt, &talk);
	}
}

void session_open(pam_handle_t *pamh, int flags, const struct options *opt)
{
	char reason[128];
	struct user user = {0};
	enum user_result found;

	bool looks = opt->notify || (opt->nullok_date && is_callers_own(pamh));

	if (!looks && !opt->setenv)
		return;
	found = user_find(&user, item_text(pamh, PAM_USER), reason, sizeof(reason));
	if (found == USER_OK && !options_ignore(opt, user.uid)) {
		if (opt->setenv)
			set_profile(pamh, opt);
		if (looks && !((unsigned)flags & PAM_SILENT))
			report(pamh, opt, &user);
	}
	user_free(&user);
}
