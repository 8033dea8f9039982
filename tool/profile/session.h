/* The temporary session that stands in [NAME]: is it still good, and what one is made of. */
#ifndef AWS_MFA_SESSION_H
#define AWS_MFA_SESSION_H

#include "ini.h"

#include <time.h>

enum session_state {
	SESSION_VALID,
	SESSION_ABSENT, /* no section, or keys missing from it */
	SESSION_EXPIRED,
	SESSION_OTHER_ROLE, /* good, but for another role than wanted, or for one where none is */
};

/*
 * role is the ARN wanted, or NULL. *expiration (UTC) is set where the section has one that can be
 * read, else 0. The same judgement as the Python tool's, so that neither renews what the other
 * finds valid; and one more: an aws_security_token that differs counts as missing, because
 * botocore prefers it to aws_session_token (credentials.py, SharedCredentialProvider.TOKENS).
 */
enum session_state session_check(const struct ini *credentials, const char *section,
	const char *role, time_t now, time_t *expiration);

/* What STS issued. All strings are owned and secret. */
struct session {
	char *access_key_id, *secret_access_key, *session_token;
	time_t expiration;
};

void session_free(struct session *s);

/* Overwrites and frees; s may be NULL. */
void secret_free(char *s);

#endif
