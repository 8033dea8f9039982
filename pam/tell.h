/*
 * Tells the person what was decided, and no more than that person may know.
 */
#ifndef PAM_TELL_H
#define PAM_TELL_H

#include <security/pam_modules.h>

#include "options.h"
#include "verdict.h"

/*
 * Says what became of it, unless flags hold PAM_SILENT. To somebody afar who has proved nothing
 * every refusal is the same sentence. user is the account's pw_name, or NULL.
 */
void tell(pam_handle_t *pamh, int flags, const struct options *opt, const char *user,
	const struct talk *talk, const struct verdict *verdict);

#endif
