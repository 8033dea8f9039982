#include "tell.h"

#include <stdio.h>
#include <string.h>

#include "converse.h"
#include "item.h"
#include "local_time.h"

/*
 * Threat: a remote client tries names. It gets only this sentence after every refusal. The sentence
 * does not tell which names exist, who is enrolled, or whether AWS answers.
 */
#define REFUSED "No AWS MFA code was accepted. The system log says why."

enum audience {
	ANYBODY,
	LOCAL_CALLER, /* can look up accounts, but may be another user */
	THE_USER,     /* or somebody who has another factor of the user */
};

/*
 * Threat: a client pretends to be local or to have shown a key.
 *
 * sshd lists the methods that have succeeded in SSH_AUTH_INFO_0 of the PAM environment. Only the
 * application and its modules write this environment. Variables of the client (AcceptEnv) never get
 * into it.
 *
 * su and sudo take PAM_RUSER from the kernel. rlogind and similar programs take it from the client,
 * but they also set PAM_RHOST. A network service that sets only PAM_RUSER needs `quiet`. polkit's
 * helper always sets it to the account.
 */
static enum audience audience(pam_handle_t *pamh, const char *user)
{
	const char *succeeded = pam_getenv(pamh, "SSH_AUTH_INFO_0");
	const char *caller = item_text(pamh, PAM_RUSER);

	if (succeeded && *succeeded)
		return THE_USER;
	if (!*caller || *item_text(pamh, PAM_RHOST))
		return ANYBODY;
	return user && strcmp(caller, user) == 0 && !item_is_polkit(pamh) ? THE_USER : LOCAL_CALLER;
}

/*
 * Threat: su to another account shows what is in that account's files. Only the user may see what
 * the helper says about them. What AWS says about a wrong code is for the person who typed it.
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
