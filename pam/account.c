#include "account.h"

#include <security/pam_ext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "journal.h"
#include "look.h"
#include "tell.h"
#include "user.h"
#include "verdict.h"

/* sshd runs auth and account of one login on one handle, in its child for keyboard-interactive. */
#define ACCEPTED "pam_aws_mfa_accepted"
/* Threat: a code that was judged with the keys, the endpoint and the certificates of the user. */
#define ACCEPTED_KEYSTORE "pam_aws_mfa_accepted_keystore"
#define EXEMPTED "pam_aws_mfa_exempted"

static void forget(pam_handle_t *pamh, void *login, int status)
{
	(void)pamh, (void)status;
	free(login);
}

static void note(pam_handle_t *pamh, const char *what, const char *name)
{
	char *copy = strdup(name);

	if (!copy || pam_set_data(pamh, what, copy, forget) != PAM_SUCCESS) {
		free(copy);
		pam_syslog(pamh, LOG_ERR, "no memory for %s", what);
	}
}

/* Threat: an application that changes PAM_USER after auth. */
static bool is_noted(pam_handle_t *pamh, const char *what, const char *name)
{
	const void *noted = NULL;

	return pam_get_data(pamh, what, &noted) == PAM_SUCCESS && noted && strcmp(noted, name) == 0;
}

void account_accepted(pam_handle_t *pamh, const struct options *opt, const char *name)
{
	note(pamh, opt->keystore ? ACCEPTED_KEYSTORE : ACCEPTED, name);
}

static bool is_accepted(pam_handle_t *pamh, const struct options *opt, const char *name)
{
	return is_noted(pamh, ACCEPTED_KEYSTORE, name) ||
		(!opt->keystore && is_noted(pamh, ACCEPTED, name));
}

static void forget_accepted(pam_handle_t *pamh, const char *what)
{
	const void *noted = NULL;

	/* libpam keeps the name, so this needs no memory. */
	if (pam_get_data(pamh, what, &noted) == PAM_SUCCESS && noted)
		pam_set_data(pamh, what, NULL, NULL);
}

void account_begin(pam_handle_t *pamh)
{
	forget_accepted(pamh, ACCEPTED);
	forget_accepted(pamh, ACCEPTED_KEYSTORE);
}

void account_exempted(pam_handle_t *pamh, const struct options *opt, const char *name)
{
	static const struct verdict exempt = {PAM_IGNORE, LOG_INFO, "exempt", NULL};

	if (is_noted(pamh, EXEMPTED, name))
		return;
	note(pamh, EXEMPTED, name);
	journal_decision(pamh, opt, name, &(struct talk){.until = -1}, &exempt);
}

/*
 * With nullok=DATE the login may have needed no code: auth has asked the same question, but in
 * another process, or was skipped. The answer to it is in *talk.
 */
static bool needs_no_code(
	pam_handle_t *pamh, const struct options *opt, const struct user *user, struct talk *talk)
{
	look(pamh, opt, user, opt->timeout, talk);
	if (talk_ended_with(talk, STATUS_NOT_SET_UP))
		return opt->nullok;
	return talk_ended_with(talk, STATUS_VALID) && !opt->always;
}

/* user has a name only if it was found; can_look: it was found, and nothing is wrong with it. */
static int decide(pam_handle_t *pamh, int flags, const struct options *opt, const struct user *user,
	bool can_look, struct talk *talk)
{
	static const struct verdict no_code = {
		PAM_PERM_DENIED, LOG_NOTICE, "no-code", "This login needs an AWS MFA code"};
	struct verdict excused = {PAM_IGNORE, LOG_NOTICE, "valid", NULL};
	const char *name = user->name ? user->name : "(unknown)";

	if (user->name && is_accepted(pamh, opt, user->name))
		return PAM_IGNORE;
	if (user->name && options_ignore(opt, user->uid)) {
		account_exempted(pamh, opt, user->name);
		return PAM_IGNORE;
	}
	if (opt->nullok_date && can_look && needs_no_code(pamh, opt, user, talk)) {
		if (talk_ended_with(talk, STATUS_NOT_SET_UP))
			excused.name = "not-set-up";
		journal_decision(pamh, opt, name, talk, &excused);
		return excused.pam;
	}
	if (!talk->reason[0])
		snprintf(talk->reason, sizeof(talk->reason), "no code was accepted in this login");
	tell(pamh, flags, opt, user->name, talk, &no_code);
	journal_decision(pamh, opt, name, talk, &no_code);
	return no_code.pam;
}

int account(pam_handle_t *pamh, int flags, const struct options *opt)
{
	struct talk talk = {.until = -1};
	struct user user = {0};
	char unused[128];
	const char *login = NULL;
	enum user_result found = USER_FAILED;
	int rc;

	if (!opt->always && !opt->nullok_date)
		return PAM_IGNORE;
	if (pam_get_user(pamh, &login, NULL) == PAM_SUCCESS && login) {
		/* Usually the name is spelt like pw_name, and no directory needs to be asked. */
		if (is_accepted(pamh, opt, login))
			return PAM_IGNORE;
		found = user_find(&user, login, unused, sizeof(unused));
	}
	rc = decide(pamh, flags, opt, &user, found == USER_OK, &talk);
	user_free(&user);
	return rc;
}
