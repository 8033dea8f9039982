/* The one request that spends a code, and what comes of it. */
#ifndef AWS_MFA_STS_SPEND_H
#define AWS_MFA_STS_SPEND_H

#include "client.h"
#include "error.h"
#include "response.h"

/*
 * Sends GetSessionToken, or AssumeRole when a role is set, with the code. Returns 0 with the
 * credentials in *a (checked: answer_credentials()) and *expires set; or a status with *e filled.
 * answer_free() in every case.
 */
int spend_code(struct client *c, const char *code, int64_t deadline_ms, struct answer *a,
	time_t *expires, struct error *e);

#endif
