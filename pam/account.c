#include "account.h"

#include <security/pam_ext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "journal.h"
#include "tell.h"
#include "user.h"
#include "verdict.h"

/* sshd runs auth and account of one login on one handle, in its child for keyboard-interactive. */
#define ACCEPTED "pam_aws_mfa_accepted"

static void forget(pam_handle_t *pamh, void *login, int status)
{
	(void)pamh, (void)status;
	free(login);
}

void account_accepted(pam_handle_t *pamh, const char *name)
{
	char *copy = strdup(name);

	if (!copy || pam_set_data(pamh, ACCEPTED, copy, forget) != PAM_SUCCESS) {
		free(copy);
		pam_syslog(pamh, LOG_ERR, "no memory to note that a code was accepted");
	}
}

/* Threat: an application that changes PAM_USER after auth. */
static bool was_accepted(pam_handle_t *pamh, const char *name)
{
	const void *accepted = NULL;

	return pam_get_data(pamh, ACCEPTED, &accepted) == PAM_SUCCESS && accepted &&
		strcmp(accepted, name) == 0;
}

int account(pam_handle_t *pamh, int flags, const struct options *opt)
{
	static const struct verdict no_code = {
		PAM_PERM_DENIED, LOG_NOTICE, "no-code", "This login needs an AWS MFA code"};
	struct talk talk = {.until = -1};
	struct user user = {0};
	const char *login = NULL;
	int rc = PAM_IGNORE;

	if (!opt->always)
		return PAM_IGNORE;
	if (pam_get_user(pamh, &login, NULL) == PAM_SUCCESS && login) {
		/* Usually the name is spelt like pw_name, and no directory needs to be asked. */
		if (was_accepted(pamh, login))
			return PAM_IGNORE;
		user_find(&user, login, talk.reason, sizeof(talk.reason));
	}
	if (!user.name || (!was_accepted(pamh, user.name) && !options_ignore(opt, user.uid))) {
		snprintf(talk.reason, sizeof(talk.reason), "no code was accepted in this login");
		tell(pamh, flags, opt, user.name, &talk, &no_code);
		journal_decision(pamh, opt, user.name ? user.name : "(unknown)", &talk, &no_code);
		rc = no_code.pam;
	}
	user_free(&user);
	return rc;
}
