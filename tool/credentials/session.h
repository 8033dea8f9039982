/* The temporary session in [NAME]: is it still valid, and what does it consist of? */
#ifndef AWS_MFA_SESSION_H
#define AWS_MFA_SESSION_H

#include "ini/ini.h"
#include "settings/value.h"

#include <stdbool.h>
#include <time.h>

enum session_state {
	SESSION_VALID,
	SESSION_ABSENT,     /* no section, or keys are missing */
	SESSION_EXPIRED,    /* less time is left than is wanted */
	SESSION_OTHER_ROLE, /* valid, but its role is not the wanted one */
};

/*
 * role is the wanted ARN, or NULL. least is how many seconds must be left, SESSION_LEAST or more; a
 * smaller number counts as SESSION_LEAST. *expiration (UTC) is the one in the section, or 0 if it
 * cannot be read. It is the true end, also if the session counts as expired because of least.
 *
 * The result is that of the Python tool, with three differences:
 * 1. A session with less than least seconds left counts as expired.
 * 2. An aws_security_token that differs from aws_session_token counts as missing. botocore prefers
 *    it (credentials.py, SharedCredentialProvider.TOKENS).
 * 3. A session with the key id of long-term keys counts as missing.
 */
enum session_state session_check(const struct ini *credentials, const char *section,
	const char *role, long least, time_t now, time_t *expiration);

/* AWS gives only long-term keys an id that begins with AKIA. */
bool session_is_long_term(const struct secret *access_key_id);

/*
 * Threat: a session overwrites the only copy of a long-term key. AWS shows a secret only once.
 *
 * STATUS_CONFIG, with the next step, if two things are true. The section holds keys that are no
 * session's: an id of AKIA..., or no token and no id of ASIA... And no other section of the file
 * holds the same key id and secret.
 */
enum status session_spare_keys(const struct ini *credentials, const char *section, struct error *e);

/* The credentials that STS issued. */
struct session {
	struct secret access_key_id, secret_access_key, session_token;
	time_t expiration;
};

/*
 * Fills *s from a section for which session_check() has said SESSION_VALID or SESSION_EXPIRED. The
 * caller frees *s, also after a failure. False: no memory.
 */
bool session_read(const struct ini *credentials, const char *section, struct session *s);

void session_free(struct session *s);

#endif
