/*
 * The one request that spends a code, and what comes of it: GetSessionToken, or AssumeRole for the
 * first of the roles. Further roles are assumed with the credentials of the one before, which carry
 * no code and so may be asked for again.
 */
#ifndef AWS_MFA_STS_SPEND_H
#define AWS_MFA_STS_SPEND_H

#include "client.h"
#include "error.h"
#include "response.h"

/*
 * Sends the code and assumes all roles. Returns STATUS_OK with the last credentials in *a (checked:
 * answer_credentials()) and *expires (UTC) set; STATUS_UNAVAILABLE or STATUS_SYSTEM where the code
 * has not left; else STATUS_WRONG_CODE, STATUS_CONFIG or STATUS_CODE_SPENT. *e is filled then.
 * answer_free() in every case.
 */
enum status spend_code(struct client *c, const char *code, int64_t deadline_ms, struct answer *a,
	time_t *expires, struct error *e);

#endif
