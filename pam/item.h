/*
 * PAM items: what the application has told PAM about a login.
 */
#ifndef PAM_ITEM_H
#define PAM_ITEM_H

#include <security/pam_modules.h>
#include <stdbool.h>

/* Returns a string item such as PAM_RHOST, or "" if it is not set. The handle owns it. */
const char *item_text(const pam_handle_t *pamh, int what);

/* Is the application polkit's helper? It does not tell who asks. */
bool item_is_polkit(const pam_handle_t *pamh);

#endif
