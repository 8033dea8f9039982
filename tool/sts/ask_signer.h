/* The talker's way to a request that only the signer can sign (words_signer.h). */
#ifndef AWS_MFA_STS_ASK_SIGNER_H
#define AWS_MFA_STS_ASK_SIGNER_H

#include "error.h"
#include "peer.h"
#include "request.h"

#include <stdint.h>
#include <time.h>

/*
 * Asks for the request that is due now, signed for the server's time, or for this machine's if it
 * is 0. marker may be NULL. Returns STATUS_OK, or STATUS_SYSTEM with *e filled. Call request_wipe()
 * in every case. Ends the process if the signer has gone.
 */
enum status ask_signer(struct peer *signer, time_t server_time, const char *marker,
	int64_t deadline_ms, struct request *r, struct error *e);

#endif
