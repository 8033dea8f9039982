/*
 * Only the entry points. There is no chauthtok, because there is no password to change.
 */
#include <security/pam_appl.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <syslog.h>

#include "account.h"
#include "authenticate.h"
#include "options.h"
#include "session.h"

#define REFUSAL_DELAY_US 2000000
#define ENTRY __attribute__((visibility("default")))

/*
 * Threat: a misspelt `always` or `failmode` silently does less than the administrator wrote. So
 * refuse every option that is not understood.
 */
static int init(pam_handle_t *pamh, int argc, const char **argv, struct options *opt)
{
	char error[160];

	if (options_parse(opt, argc, argv, error, sizeof(error)))
		return PAM_SUCCESS;
	pam_syslog(pamh, LOG_ERR, "%s", error);
	return PAM_SERVICE_ERR;
}

ENTRY int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct options opt;
	int rc = init(pamh, argc, argv, &opt);

	if (rc == PAM_SUCCESS)
		rc = authenticate(pamh, flags, &opt);
	/* Threat: guessing. There are a million codes, and a connection tries several a second. */
	if (rc != PAM_SUCCESS && rc != PAM_IGNORE && rc != PAM_INCOMPLETE)
		pam_fail_delay(pamh, REFUSAL_DELAY_US);
	return rc;
}

/* sshd calls this twice, also without auth before, and ends the session if it fails. */
ENTRY int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh, (void)flags, (void)argc, (void)argv;
	return PAM_SUCCESS;
}

ENTRY int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct options opt;
	int rc = init(pamh, argc, argv, &opt);

	return rc == PAM_SUCCESS ? account(pamh, flags, &opt) : rc;
}

ENTRY int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct options opt;
	int rc = init(pamh, argc, argv, &opt);

	if (rc == PAM_SUCCESS)
		session_open(pamh, flags, &opt);
	return rc;
}

ENTRY int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh, (void)flags, (void)argc, (void)argv;
	return PAM_SUCCESS;
}
