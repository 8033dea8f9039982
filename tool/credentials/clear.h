/* Removes sessions from the credentials file: the keys that store_session() writes. */
#ifndef AWS_MFA_CLEAR_H
#define AWS_MFA_CLEAR_H

#include "error.h"
#include "ini/ini.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All keys of a session, as store_edits() removes them. Those of the key itself come first. */
enum { SESSION_KEY_ITSELF = 2, SESSION_KEYS = 7 };
extern const struct ini_pair session_removed[SESSION_KEYS];

/* What a section holds itself; [DEFAULT] does not count. */
enum clear_found {
	CLEAR_NOTHING, /* no keys */
	CLEAR_STATIC,  /* keys without aws_session_token. They are no session, and stay */
	CLEAR_TOKEN,   /* the token of a session beside a long-term key (AKIA...), which stays */
	CLEAR_SESSION,
};

enum clear_found clear_look(const struct ini *credentials, const char *section);

/*
 * Did aws-mfa write the session below this header, this program or the Python tool? They write both
 * assumed_role and expiration. Tools that export the session of a single sign-on do not.
 */
bool clear_is_ours(const struct ini *credentials, const struct ini_line *section);

/*
 * Removes what clear_look() finds in these sections, in one write. The headers and all other keys
 * stay. Looks again under the file's lock: what another program has removed meanwhile is no fault.
 * Waits for other programs until deadline_ms (monotonic_ms()).
 *
 * STATUS_NOT_STORED: the file could not be written, or is damaged (store_check_content()), or a
 * part of a section holds the only copy of a long-term key. The file is then as before.
 */
enum status clear_sections(const char *path, const char *const sections[], size_t n,
	int64_t deadline_ms, struct error *e);

#endif
