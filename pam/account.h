/*
 * The account phase: under `always`, was a code accepted in this login? What passes PAM's auth by,
 * as a public key does in sshd, still comes through here.
 */
#ifndef PAM_ACCOUNT_H
#define PAM_ACCOUNT_H

#include <security/pam_modules.h>

#include "options.h"

/*
 * Notes in the handle, for as long as it lives, that a code was accepted for the account of this
 * pw_name. Not PAM_USER, which modules spell as they like, and the conversation may set anew.
 */
void account_accepted(pam_handle_t *pamh, const char *name);

/*
 * Returns PAM_IGNORE, or under `always` PAM_PERM_DENIED where no code was accepted for PAM_USER's
 * account on this handle, unless ignore_root or minimum_uid= excuses it.
 */
int account(pam_handle_t *pamh, int flags, const struct options *opt);

#endif
