#include "tell.h"

#include <stdio.h>
#include <string.h>

#include "converse.h"
#include "item.h"
#include "local_time.h"

/*
 * Threat: a remote client tries names. It gets this sentence after every refusal and nothing else:
 * not which names exist, not who is enrolled, not whether AWS answers.
 */
#define REFUSED "No AWS MFA code was accepted. The system log says why."

enum audience {
	ANYBODY,
	LOCAL_CALLER, /* can look up the accounts, but need not be the user */
	THE_USER,     /* or somebody with another factor of the user's */
};

/*
 * Threat: a client that makes itself out to be more than it is.
 *  - SSH_AUTH_INFO_0: sshd lists there what has succeeded before. The PAM environment is written by
 *    the application and its modules alone; what a client sends (AcceptEnv) never gets into it.
 *  - PAM_RUSER: su and sudo take it from the kernel. rlogind and the like take it from the client,
 *    but set PAM_RHOST, too. What listens on a network and sets PAM_RUSER without PAM_RHOST
 *    needs `quiet`.
 */
static enum audience audience(pam_handle_t *pamh, const char *user)
{
	const char *succeeded = pam_getenv(pamh, "SSH_AUTH_INFO_0");
	const char *caller = item_text(pamh, PAM_RUSER);

	if (succeeded && *succeeded)
		return THE_USER;
	if (!*caller || *item_text(pamh, PAM_RHOST))
		return ANYBODY;
	return user && strcmp(caller, user) == 0 ? THE_USER : LOCAL_CALLER;
}

/*
 * Threat: su to another account tells what is in its files. What the helper says of them is for the
 * user only. What AWS says of a wrong code is for the person who has typed it.
 */
static bool reason_is_for(enum audience who, const struct talk *talk)
{
	return who == THE_USER || (who == LOCAL_CALLER && talk_ended_with(talk, STATUS_WRONG_CODE));
}

void tell(pam_handle_t *pamh, int flags, const struct options *opt, const char *user,
	const struct talk *talk, const struct verdict *verdict)
{
	enum audience who = opt->verbose ? THE_USER : opt->quiet ? ANYBODY : audience(pamh, user);
	char text[512], until[64];

	if ((unsigned)flags & PAM_SILENT)
		return;
	if (!verdict->sentence) {
		if (verdict->pam == PAM_SUCCESS && !opt->quiet &&
			local_time(until, sizeof(until), talk->until)) {
			snprintf(text, sizeof(text), "AWS session valid until %s.", until);
			converse_tell(pamh, PAM_TEXT_INFO, text);
		}
		return;
	}
	if (who == ANYBODY && verdict->pam != PAM_SUCCESS)
		snprintf(text, sizeof(text), "%s", REFUSED);
	else if (!talk->reason[0])
		snprintf(text, sizeof(text), "%s.", verdict->sentence);
	else if (reason_is_for(who, talk))
		snprintf(text, sizeof(text), "%s: %s", verdict->sentence, talk->reason);
	else
		snprintf(text, sizeof(text), "%s. The system log says why.", verdict->sentence);
	converse_tell(pamh, PAM_ERROR_MSG, text);
}
