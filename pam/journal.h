/*
 * What the module writes to syslog about a decision.
 */
#ifndef PAM_JOURNAL_H
#define PAM_JOURNAL_H

#include <security/pam_modules.h>

#include "options.h"
#include "verdict.h"

/*
 * Writes one line for a decision: user, rhost, tty, profile, result and PAM's answer. Adds account,
 * login, request-id, key-id and reason if they are known. pam_syslog() puts the service in front.
 */
void journal_decision(pam_handle_t *pamh, const struct options *opt, const char *user,
	const struct talk *talk, const struct verdict *verdict);

#endif
