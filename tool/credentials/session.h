/* The temporary session that stands in [NAME]: is it still good, and what one is made of. */
#ifndef AWS_MFA_SESSION_H
#define AWS_MFA_SESSION_H

#include "ini/ini.h"

#include <stdbool.h>
#include <time.h>

/* Seconds. With less, what somebody is about to do would fail half-way. */
#define SESSION_LEAST 60

enum session_state {
	SESSION_VALID,
	SESSION_ABSENT,     /* no section, or keys missing from it */
	SESSION_EXPIRED,    /* or about to be */
	SESSION_OTHER_ROLE, /* good, but for another role, or for a role where none is wanted */
};

/*
 * role is the ARN wanted, or NULL. *expiration (UTC) is set where the section has one that can be
 * read, else 0; it is the true one, also of a session that counts as expired because it ends within
 * SESSION_LEAST. Judges as the Python tool does, with three differences: that minute; an
 * aws_security_token that differs from aws_session_token counts as missing, because botocore
 * prefers it (credentials.py, SharedCredentialProvider.TOKENS); and so does a session with the key
 * id of long-term keys.
 */
enum session_state session_check(const struct ini *credentials, const char *section,
	const char *role, time_t now, time_t *expiration);

/*
 * Threat: the only copy of a long-term key is overwritten by a session. AWS shows a secret once.
 *
 * STATUS_CONFIG, and what to do, when the section holds keys of its own that are no session's (a
 * key id of AKIA..., or no token and none of ASIA...), and no other section of the file holds the
 * same key id and secret.
 */
enum status session_spare_keys(const struct ini *credentials, const char *section, struct error *e);

/* What STS issued. */
struct session {
	struct secret access_key_id, secret_access_key, session_token;
	time_t expiration;
};

void session_free(struct session *s);

#endif
