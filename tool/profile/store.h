/*
 * Writing a session into the credentials file. MUST guarantee, whatever fails and whenever the
 * process dies: the file is the whole old one or the whole new one, its owner and mode are as
 * before, a symlink to it stays one, and no other byte of it has changed.
 */
#ifndef AWS_MFA_STORE_H
#define AWS_MFA_STORE_H

#include "error.h"
#include "ini.h"
#include "session.h"

#include <stdint.h>

/*
 * Sets the seven session keys of [section] in the file at path, which must exist. role is the
 * ARN that was assumed, or NULL. STATUS_NOT_STORED on failure.
 */
enum status store_session(const char *path, const char *section, const char *role,
	const struct session *session, int64_t deadline_ms, struct error *e);

/* The same for any keys: `aws-mfa --setup` writes long-term ones. */
enum status store_pairs(const char *path, const char *section, const struct ini_pair *pairs,
	size_t n_pairs, int64_t deadline_ms, struct error *e);

#endif
