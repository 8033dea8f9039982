/*
 * Serves the records `call` of words_sts.h: asks AWS for one action after another, and reports what
 * AWS answers. Follows the parts of a list. Sends an action that changes something only once.
 */
#ifndef AWS_MFA_STS_CALLS_H
#define AWS_MFA_STS_CALLS_H

#include "parameters.h"
#include "peer.h"

/*
 * settings->call is the first call. Returns when the signer has gone. Wipes what it has received,
 * but not the settings. The process must end next.
 */
void calls_serve(struct peer *signer, const struct parameters *settings);

#endif
