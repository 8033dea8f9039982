#include "session.h"

#include <security/pam_ext.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "clean.h"
#include "converse.h"
#include "helper.h"
#include "item.h"
#include "listen.h"
#include "local_time.h"
#include "user.h"
#include "words_pam.h"

#define NOTIFY_SECONDS 3U
#define SOON_SECONDS (15L * 60)

static bool is_default(const struct options *opt)
{
	return strcmp(options_profile(opt), "default") == 0;
}

/*
 * Threat: `sudo -i` gives root the caller's AWS profile. sudo and su set PAM_RUSER to the caller.
 * If it differs from PAM_USER, the session belongs to somebody else.
 */
static void set_profile(pam_handle_t *pamh, const struct options *opt)
{
	const char *from = item_text(pamh, PAM_RUSER);
	char variable[sizeof("AWS_PROFILE=") + PROFILE_MAX];

	if (is_default(opt))
		return;
	if (*from && strcmp(from, item_text(pamh, PAM_USER)) != 0) {
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
static void notify(pam_handle_t *pamh, const struct options *opt, const struct user *user)
{
	struct helper_call call = {
		.profile = opt->profile,
		.timeout = NOTIFY_SECONDS,
		.notify = true,
	};
	struct talk talk = {.until = -1};
	int64_t left_ms = NOTIFY_SECONDS * INT64_C(1000);
	char buf[RECORD_MAX_PAM], when[64], what[128];
	struct peer peer;
	struct helper helper;
	bool dated;
	enum listen heard;

	if (!helper_start(&helper, user, &call, talk.reason, sizeof(talk.reason))) {
		pam_syslog(pamh, LOG_WARNING, "notify: %s", talk.reason);
		return;
	}
	peer_init(&peer, &words_pam, PARENT, LOGIN_NOTIFIED, helper.fd, buf);
	heard = listen_next(pamh, opt, &peer, &left_ms, &talk);
	record_reader_wipe(&peer.reader);
	helper_end(&helper);
	dated = local_time(when, sizeof(when), talk.until);
	if (heard != LISTEN_RESULT ||
		(talk.status != STATUS_NO_SESSION && talk.status != STATUS_VALID &&
			talk.status != STATUS_NOT_SET_UP)) {
		pam_syslog(pamh, LOG_WARNING, "notify: %s", talk.reason);
	} else if (talk.status == STATUS_NO_SESSION && dated && talk.until <= time(NULL)) {
		snprintf(what, sizeof(what), "AWS session expired at %s.", when);
		say(pamh, opt, what);
	} else if (talk.status == STATUS_NO_SESSION) {
		say(pamh, opt, "There is no valid AWS session.");
	} else if (talk.status == STATUS_VALID && dated &&
		talk.until - time(NULL) <= SOON_SECONDS) {
		snprintf(what, sizeof(what), "AWS session ends at %s.", when);
		say(pamh, opt, what);
	}
}

void session_open(pam_handle_t *pamh, int flags, const struct options *opt)
{
	char reason[128];
	struct user user = {0};
	enum user_result found;

	if (!opt->notify && !opt->setenv)
		return;
	found = user_find(&user, item_text(pamh, PAM_USER), reason, sizeof(reason));
	if (found == USER_OK && !options_ignore(opt, user.uid)) {
		if (opt->setenv)
			set_profile(pamh, opt);
		if (opt->notify && !((unsigned)flags & PAM_SILENT))
			notify(pamh, opt, &user);
	}
	user_free(&user);
}
