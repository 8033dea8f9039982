/*
 * Writing a session into the credentials file. MUST guarantee, whatever fails and whenever the
 * process dies: no other byte of it has changed; the file is the whole old one or the whole new one
 * (replace.h) or, where it can only be written in place, becomes so with the next run (inplace.h);
 * its owner, mode, ACL and extended attributes are as before, and a symlink to it stays one.
 */
#ifndef AWS_MFA_STORE_H
#define AWS_MFA_STORE_H

#include "error.h"
#include "ini.h"
#include "session.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Can the file at path be written, as far as can be known before a code is spent? STATUS_CONFIG
 * says why not.
 */
enum status store_check(const char *path, struct error *e);

/*
 * Cleans up after a run that was cut off. True when that has changed the file's content, so that
 * what has been read of it is void. What cannot be cleaned up is warned of.
 */
bool store_undo(const char *path, int64_t deadline_ms);

/*
 * Sets the seven session keys of [section] in the file at path, which must exist. role is the
 * ARN that was assumed, or NULL. STATUS_NOT_STORED on failure, and where a long-term key would be
 * lost (session_spare_keys()) unless session->replaces_keys.
 */
enum status store_session(const char *path, const char *section, const char *role,
	const struct session *session, int64_t deadline_ms, struct error *e);

/* The same for any keys: `aws-mfa --setup` writes long-term ones. */
enum status store_pairs(const char *path, const char *section, const struct ini_pair *pairs,
	size_t n_pairs, int64_t deadline_ms, struct error *e);

#endif
