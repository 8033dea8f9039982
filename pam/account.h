/*
 * The account phase: under `always` or nullok=DATE, was a code accepted in this login? A login that
 * skips auth, as sshd does after a public key, still goes through this phase.
 */
#ifndef PAM_ACCOUNT_H
#define PAM_ACCOUNT_H

#include <security/pam_modules.h>

#include "options.h"

/*
 * Notes in the handle that a code was accepted for the account with this pw_name. The note lives
 * until account_begin() or the end of the handle. Do not use PAM_USER: modules spell it
 * differently, and the conversation may change it.
 *
 * An account line with `keystore` takes only the note of an auth line with `keystore`. An account
 * line of user mode takes both: in keystore mode a code proves more.
 */
void account_accepted(pam_handle_t *pamh, const struct options *opt, const char *name);

/* Takes the note away: auth begins anew, and its result alone counts. */
void account_begin(pam_handle_t *pamh);

/* Logs that ignore_root or minimum_uid= exempts this account, once for each handle. */
void account_exempted(pam_handle_t *pamh, const struct options *opt, const char *name);

/*
 * Returns PAM_PERM_DENIED to refuse the login, else PAM_IGNORE. Refuses only with `always` or
 * nullok=DATE, and only if no code was accepted on this handle for the account of PAM_USER. Does
 * not refuse users exempt by ignore_root or minimum_uid=. With nullok=DATE, does not refuse a user
 * who is not set up, until that day. Without `always`, nor a user with a valid session.
 */
int account(pam_handle_t *pamh, int flags, const struct options *opt);

#endif
