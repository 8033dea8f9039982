/*
 * The session phase: `notify` and `setenv`. It reads and tells; it changes nothing and refuses
 * nobody.
 */
#ifndef PAM_SESSION_H
#define PAM_SESSION_H

#include <security/pam_modules.h>

#include "options.h"

void session_open(pam_handle_t *pamh, int flags, const struct options *opt);

#endif
