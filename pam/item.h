/*
 * What the application has told PAM about a login.
 */
#ifndef PAM_ITEM_H
#define PAM_ITEM_H

#include <security/pam_modules.h>

/* An item that is a string, such as PAM_RHOST; "" where it is not set. The handle keeps it. */
const char *item_text(const pam_handle_t *pamh, int what);

#endif
