/*
 * The auth phase: finds the user, decides whether to ask, runs the dialogue, logs the verdict.
 */
#ifndef PAM_AUTHENTICATE_H
#define PAM_AUTHENTICATE_H

#include <security/pam_modules.h>

#include "options.h"

/* Returns what pam_sm_authenticate(3) returns. */
int authenticate(pam_handle_t *pamh, int flags, const struct options *opt);

#endif
