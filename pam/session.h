/*
 * The session phase: `notify`, `setenv`, and the reminder of nullok=DATE. It changes no file and
 * refuses no login.
 */
#ifndef PAM_SESSION_H
#define PAM_SESSION_H

#include <security/pam_modules.h>

#include "options.h"

/*
 * Does this for the user of PAM_USER. May run the helper for three seconds. Logs every failure, and
 * goes on.
 */
void session_open(pam_handle_t *pamh, int flags, const struct options *opt);

#endif
