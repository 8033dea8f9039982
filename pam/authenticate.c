#include "authenticate.h"

#include <security/pam_ext.h>
#include <stdio.h>
#include <syslog.h>

#include "account.h"
#include "converse.h"
#include "dialogue.h"
#include "helper.h"
#include "journal.h"
#include "local_time.h"
#include "user.h"
#include "verdict.h"

static void tell(pam_handle_t *pamh, const struct options *opt, const struct talk *talk,
	const struct verdict *verdict)
{
	char text[512], until[64];

	if (verdict->sentence && opt->verbose && talk->reason[0]) {
		snprintf(text, sizeof(text), "%s (%s)", verdict->sentence, talk->reason);
		converse_tell(pamh, PAM_ERROR_MSG, text);
	} else if (verdict->sentence) {
		converse_tell(pamh, PAM_ERROR_MSG, verdict->sentence);
	} else if (verdict->pam == PAM_SUCCESS && !opt->quiet &&
		local_time(until, sizeof(until), talk->until)) {
		snprintf(text, sizeof(text), "AWS session valid until %s.", until);
		converse_tell(pamh, PAM_TEXT_INFO, text);
	}
}

static void talk_as(
	pam_handle_t *pamh, const struct options *opt, const struct user *user, struct talk *talk)
{
	struct helper_call call = {
		.profile = opt->profile,
		.timeout = opt->timeout,
		.always = opt->always,
	};
	struct helper helper;

	if (helper_start(&helper, user, &call, talk->reason, sizeof(talk->reason)) != 0)
		return;
	dialogue(pamh, opt, helper.fd, talk);
	helper_end(&helper);
}

int authenticate(pam_handle_t *pamh, int flags, const struct options *opt)
{
	struct talk talk = {.outcome = OUTCOME_BROKEN, .until = -1};
	const char *login = NULL;
	struct verdict verdict;
	struct user user = {0};
	enum user_result found = USER_FAILED;
	int rc = pam_get_user(pamh, &login, NULL);

	talk.start_ms = monotonic_ms(); /* not before the name is typed */
	if (rc == PAM_CONV_AGAIN || rc == PAM_INCOMPLETE)
		talk.outcome = OUTCOME_LATER;
	else if (rc == PAM_CONV_ERR)
		talk.outcome = OUTCOME_NO_ANSWER;
	else if (rc != PAM_SUCCESS || !login)
		snprintf(talk.reason, sizeof(talk.reason), "no user name");
	else
		found = user_find(&user, login, talk.reason, sizeof(talk.reason));

	if ((found == USER_OK || found == USER_UNUSABLE) && options_ignore(opt, user.uid)) {
		if (opt->debug)
			pam_syslog(pamh, LOG_DEBUG, "uid %u is not asked", (unsigned)user.uid);
		user_free(&user);
		return PAM_IGNORE;
	}
	switch (found) {
	case USER_OK:
		talk_as(pamh, opt, &user, &talk);
		break;
	case USER_UNUSABLE:
		talk.outcome = STATUS_CONFIG;
		dialogue_in_vain(pamh, opt, &talk);
		break;
	case USER_UNKNOWN:
		talk.outcome = OUTCOME_UNKNOWN_USER;
		if (!opt->nullok)
			dialogue_in_vain(pamh, opt, &talk);
		break;
	case USER_FAILED:
		break;
	}
	verdict = verdict_of(&talk, opt);
	if (verdict.pam == PAM_SUCCESS)
		account_accepted(pamh, user.name);
	if (!((unsigned)flags & PAM_SILENT))
		tell(pamh, opt, &talk, &verdict);
	/* Threat: a password typed where the name was asked for. So never what was typed. */
	if (verdict.pam != PAM_INCOMPLETE)
		journal_decision(pamh, opt, user.name ? user.name : "(unknown)", &talk, &verdict);
	user_free(&user);
	return verdict.pam;
}
