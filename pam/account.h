/*
 * The account phase: under `always`, was a code accepted in this login? What passes PAM's auth by,
 * as a public key does in sshd, still comes through here.
 */
#ifndef PAM_ACCOUNT_H
#define PAM_ACCOUNT_H

#include <security/pam_modules.h>

#include "options.h"

/* Notes in the handle, for as long as it lives, that a code was accepted for this PAM_USER. */
void account_accepted(pam_handle_t *pamh, const char *login);

/*
 * Returns PAM_IGNORE, or under `always` PAM_PERM_DENIED where no code was accepted for PAM_USER on
 * this handle, unless he is excused by ignore_root or minimum_uid=.
 */
int account(pam_handle_t *pamh, const struct options *opt);

#endif
