#include "authenticate.h"

#include <stdio.h>

#include "account.h"
#include "dialogue.h"
#include "journal.h"
#include "monotonic.h"
#include "tell.h"
#include "user.h"
#include "verdict.h"

int authenticate(pam_handle_t *pamh, int flags, const struct options *opt)
{
	struct talk talk = {.outcome = OUTCOME_BROKEN, .until = -1};
	const char *login = NULL;
	struct verdict verdict;
	struct user user = {0};
	enum user_result found = USER_FAILED;
	int rc;

	account_begin(pamh);
	rc = pam_get_user(pamh, &login, NULL);
	talk.start_ms = monotonic_ms(); /* not before the name is typed */
	if (rc == PAM_CONV_AGAIN || rc == PAM_INCOMPLETE)
		talk.outcome = OUTCOME_LATER;
	else if (rc == PAM_CONV_ERR)
		talk.outcome = OUTCOME_NO_ANSWER;
	else if (rc != PAM_SUCCESS || !login)
		snprintf(talk.reason, sizeof(talk.reason), "no user name");
	else
		found = user_find(&user, login, talk.reason, sizeof(talk.reason));

	if ((found == USER_OK || found == USER_BAD_NAME || found == USER_BAD_HOME) &&
		options_ignore(opt, user.uid)) {
		account_exempted(pamh, opt, user.name);
		user_free(&user);
		return PAM_IGNORE;
	}
	switch (found) {
	case USER_OK:
		dialogue(pamh, opt, &user, &talk);
		break;
	case USER_BAD_HOME:
		talk.outcome = OUTCOME_RESULT;
		talk.status = STATUS_CONFIG;
		dialogue_in_vain(pamh, opt, &talk);
		break;
	case USER_BAD_NAME:
		/* No code can help here, so do not ask for one under nullok. */
		talk.outcome = OUTCOME_RESULT;
		talk.status = STATUS_CONFIG;
		if (!opt->nullok)
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
		account_accepted(pamh, opt, user.name);
	tell(pamh, flags, opt, user.name, &talk, &verdict);
	/* Threat: a user types the password at the prompt for the name. Do not log that. */
	if (verdict.pam != PAM_INCOMPLETE)
		journal_decision(pamh, opt, user.name ? user.name : "(unknown)", &talk, &verdict);
	user_free(&user);
	return verdict.pam;
}
