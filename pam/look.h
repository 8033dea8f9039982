/*
 * Looks at a user's set-up and session without asking for a code. Never speaks with AWS.
 */
#ifndef PAM_LOOK_H
#define PAM_LOOK_H

#include <security/pam_modules.h>

#include "options.h"
#include "talk.h"
#include "user.h"

/*
 * Runs the helper as the user, for `seconds` at most, and fills *talk. Its status is
 * STATUS_NOT_SET_UP, STATUS_NO_SESSION or STATUS_VALID, with `until` where a session stands in the
 * file. Any other outcome or status is a failure; talk->reason says which.
 */
void look(pam_handle_t *pamh, const struct options *opt, const struct user *user, unsigned seconds,
	struct talk *talk);

#endif
