/*
 * What the module writes to syslog about a decision.
 */
#ifndef PAM_JOURNAL_H
#define PAM_JOURNAL_H

#include <security/pam_modules.h>

#include "options.h"
#include "verdict.h"

/*
 * Writes the one line of a decision: user, rhost, tty, profile, result, PAM's answer, and
 * account, request-id, key-id, reason where known. The service stands in front (pam_syslog).
 */
void journal_decision(pam_handle_t *pamh, const struct options *opt, const char *user,
	const struct talk *talk, const struct verdict *verdict);

#endif
