/*
 * Does credential_process of a profile lead back to the profile that is exported? An AWS tool would
 * then run aws-mfa for a session, to get that session.
 */
#ifndef AWS_MFA_PROCESS_LOOP_H
#define AWS_MFA_PROCESS_LOOP_H

#include "error.h"
#include "taken.h"

/*
 * Returns NAME if credential_process of the profile is `aws-mfa export NAME`, else NULL. The caller
 * frees it, and *where: "PATH:LINE: credential_process", NULL without one.
 */
char *process_exports(const struct settings *s, const char *profile, char **where);

/*
 * Follows `credential_process = aws-mfa export NAME` from profile to profile. STATUS_CONFIG: it
 * leads in a circle, and *e names the line.
 */
enum status process_loop_check(const struct settings *s, struct error *e);

#endif
