/*
 * The dialogue between the judge (judge.h) and the person: asks, passes the code on, reads the
 * result.
 */
#ifndef PAM_DIALOGUE_H
#define PAM_DIALOGUE_H

#include <security/pam_modules.h>

#include "options.h"
#include "talk.h"
#include "user.h"

/* Starts the helper or the key store, holds the whole dialogue, and fills *talk. */
void dialogue(
	pam_handle_t *pamh, const struct options *opt, const struct user *user, struct talk *talk);

/*
 * For a user who cannot pass with any code. Asks for one and drops it: the prompt must not tell who
 * is enrolled. Changes the outcome of *talk only if the conversation fails.
 */
void dialogue_in_vain(pam_handle_t *pamh, const struct options *opt, struct talk *talk);

#endif
