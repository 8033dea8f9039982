/*
 * Sends the one request that spends a code, and judges the answer. The request is GetSessionToken,
 * or AssumeRole for the first role. Each later role is assumed with the credentials of the role
 * before. Those requests hold no code, so they may be sent again.
 */
#ifndef AWS_MFA_STS_SPEND_H
#define AWS_MFA_STS_SPEND_H

#include "client.h"
#include "error.h"
#include "response.h"

/*
 * Has the signer sign the request with the code, sends it and assumes all roles. Returns STATUS_OK
 * and sets *a to the last credentials, checked by answer_credentials(), and *expires (UTC). Else
 * fills *e and returns:
 * - STATUS_UNAVAILABLE or STATUS_SYSTEM if the code was not sent;
 * - STATUS_WRONG_CODE, STATUS_CONFIG or STATUS_CODE_SPENT.
 *
 * Call answer_free() in every case.
 */
enum status spend_code(
	struct client *c, int64_t deadline_ms, struct answer *a, time_t *expires, struct error *e);

#endif
