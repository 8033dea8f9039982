/*
 * Writes a session into the credentials file. MUST guarantee, whatever fails and whenever the
 * process dies:
 * 1. No other byte of the file changes.
 * 2. The file is the whole old one or the whole new one (replace.h). If it can only be written in
 *    place, the next run makes it so (inplace.h).
 * 3. Its owner, mode, ACL and extended attributes stay. A symlink to it stays a symlink.
 */
#ifndef AWS_MFA_STORE_H
#define AWS_MFA_STORE_H

#include "error.h"
#include "ini/ini.h"
#include "session.h"

#include <stdbool.h>
#include <stdint.h>

/* Where a session goes. role is the ARN of the assumed role, or NULL. */
struct store_place {
	const char *path, *section, *role;
	/* The section that holds the long-term keys. If this section is gone, the file is not
	 * written: another program is in the middle of writing it. NULL for a file that may be
	 * empty: store_session() then creates a missing one. */
	const char *keys;
	bool replaces_keys; /* the user wants this: skip session_spare_keys() */
	/* Keys of section that must have these values; NULL: must be absent. If one differs,
	 * another program has changed it, and the file is not written. */
	const struct ini_pair *expected;
	size_t n_expected;
};

/*
 * Can the file at path be written? Checks what can be known before a code is spent. STATUS_CONFIG
 * if not, with the reason. again: do not try the room on the disk again, which writes a file.
 */
enum status store_check(const char *path, bool again, struct error *e);

/*
 * STATUS_CONFIG if the section has the key twice. An edit removes both, and only the last value is
 * known.
 */
enum status store_check_single(
	const struct ini *ini, const char *section, const char *key, struct error *e);

/*
 * May a file with this content be written? STATUS_CONFIG if it is empty or cut off, or if the
 * section of the keys is gone. What is missing would then be lost for good. Also STATUS_CONFIG if
 * the only copy of a long-term key would be lost (session_spare_keys()), or if an expected key
 * differs.
 */
enum status store_check_content(
	const struct ini *ini, const struct store_place *to, struct error *e);

/* STATUS_NOT_STORED if the section holds the only copy of a long-term key. */
enum status store_check_spared(const struct ini *ini, const char *section, struct error *e);

/*
 * Cleans up after an interrupted run, and warns of what it cannot clean up. True if this has
 * changed the file's content: read the file again. Does not wait for the file's lock: a process
 * that has the lock is writing the file.
 */
bool store_undo(const char *path);

/*
 * Sets the seven session keys of the section. With to->keys, the file must exist. Without, the only
 * copy of a long-term key is kept unless to->replaces_keys. Waits until deadline_ms
 * (monotonic_ms()) for other programs that are writing the file. STATUS_NOT_STORED on failure: then
 * the file is as those programs left it.
 */
enum status store_session(const struct store_place *to, const struct session *session,
	int64_t deadline_ms, struct error *e);

/* The keys of one section to set or, with a NULL value, to remove. */
struct store_edit {
	const char *section;
	const struct ini_pair *pairs;
	size_t n_pairs;
	/* Fails with STATUS_NOT_STORED if the section then holds the only copy of a long-term key.
	 */
	bool spares_keys;
};

/*
 * The same for any keys of several sections, in one write. to->section matters only for
 * to->expected.
 */
enum status store_edits(const struct store_place *to, const struct store_edit *edits,
	size_t n_edits, int64_t deadline_ms, struct error *e);

/* The same, but creates a missing file and its folder. STATUS_CONFIG if it cannot be created. */
enum status store_edits_or_create(const struct store_place *to, const struct store_edit *edits,
	size_t n_edits, int64_t deadline_ms, struct error *e);

/*
 * The same with any content: make() gets the document as it is under the file's lock, and fills
 * *out. If it leaves *out empty, the file is not written.
 */
typedef enum status store_make_fn(
	const void *arg, const struct ini *ini, struct secret *out, struct error *e);
enum status store_made(const struct store_place *to, store_make_fn *make, const void *arg,
	int64_t deadline_ms, struct error *e);

/*
 * Makes *out a copy of the document with the edits made. The caller frees *out. STATUS_CONFIG if
 * unreadable lines would hide the keys, STATUS_NOT_STORED if the file cannot hold a value.
 */
enum status store_apply(const struct ini *ini, const struct store_edit *edits, size_t n_edits,
	struct secret *out, struct error *e);

/* The same for the keys of one section. */
enum status store_pairs(const struct store_place *to, const struct ini_pair *pairs, size_t n_pairs,
	int64_t deadline_ms, struct error *e);

#endif
