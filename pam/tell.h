/*
 * Tells the person the decision, and only as much as the person may know.
 */
#ifndef PAM_TELL_H
#define PAM_TELL_H

#include <security/pam_modules.h>

#include "options.h"
#include "verdict.h"

/*
 * Shows the outcome, unless flags has PAM_SILENT. A remote person who has proved nothing sees the
 * same sentence for every refusal. user is the account's pw_name, or NULL.
 */
void tell(pam_handle_t *pamh, int flags, const struct options *opt, const char *user,
	const struct talk *talk, const struct verdict *verdict);

#endif
