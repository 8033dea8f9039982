/*
 * Writing a session into the credentials file. MUST guarantee, whatever fails and whenever the
 * process dies: no other byte of it has changed; the file is the whole old one or the whole new one
 * (replace.h) or, where it can only be written in place, becomes so with the next run (inplace.h);
 * its owner, mode, ACL and extended attributes are as before, and a symlink to it stays one.
 */
#ifndef AWS_MFA_STORE_H
#define AWS_MFA_STORE_H

#include "error.h"
#include "ini/ini.h"
#include "session.h"

#include <stdbool.h>
#include <stdint.h>

/* Where a session goes. role is the ARN that was assumed, or NULL. */
struct store_place {
	const char *path, *section, *role;
	/*
	 * The section that the long-term keys were read from. A file that has lost it is never
	 * replaced: somebody else is in the middle of writing it. NULL for a file that may be
	 * empty.
	 */
	const char *keys;
	bool replaces_keys; /* the user wants it so: no session_spare_keys() */
};

/*
 * Can the file at path be written, as far as can be known before a code is spent? STATUS_CONFIG
 * says why not. again: the disk's room was tried a moment ago; to try it costs a file each time.
 */
enum status store_check(const char *path, bool again, struct error *e);

/*
 * May a file that holds this be written? STATUS_CONFIG where it is empty, cut off, or has lost the
 * section of the keys: what is missing would then be lost for good. STATUS_CONFIG also where the
 * only copy of a long-term key would be lost (session_spare_keys()).
 */
enum status store_check_content(
	const struct ini *ini, const struct store_place *to, struct error *e);

/*
 * Cleans up after a run that was cut off. True when that has changed the file's content, so that
 * what has been read of it is void. Warns of what cannot be cleaned up. Does not wait for the
 * file's lock: a process that has it is writing the file.
 */
bool store_undo(const char *path);

/*
 * Sets the seven session keys of the section in the file, which must exist. Waits until deadline_ms
 * (monotonic_ms()) for other programs that are writing it. STATUS_NOT_STORED on failure; the file
 * is then as those programs left it.
 */
enum status store_session(const struct store_place *to, const struct session *session,
	int64_t deadline_ms, struct error *e);

/* The same for any keys: `aws-mfa --setup` writes long-term ones. */
enum status store_pairs(const struct store_place *to, const struct ini_pair *pairs, size_t n_pairs,
	int64_t deadline_ms, struct error *e);

#endif
