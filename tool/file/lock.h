/*
 * Two kinds of lock on a credentials file, both on one small file beside it that is never
 * removed (removing a lock file is a race): one for each section, held while STS is asked, so
 * that two refreshes of one session spend one code; and one for the file, held for the moment of
 * replacing it.
 *
 * A third one is on the file itself. A container that has only this file mounted into it sees
 * another folder, and so another lock file. It is also the only one in a folder that is closed to
 * us. It is held for the moment of writing only: while a descriptor for writing is open, nobody
 * gets a lease (steady.h).
 *
 * Open file description locks (fcntl(2)): they end with their process, however it ends, and NFS
 * honours them.
 */
#ifndef AWS_MFA_LOCK_H
#define AWS_MFA_LOCK_H

#include "error.h"
#include "target.h"

#include <stdint.h>

/*
 * Each waits until deadline_ms (monotonic_ms()) and sets *lock to a descriptor; close() is the
 * unlock. *lock is -1 on failure, and where nothing can be locked: in a folder that is closed to
 * us. Where the file system has no locks they warn once and lock nothing. STATUS_SYSTEM when the
 * time is up (never STATUS_UNAVAILABLE: a login held up by other logins must not pass for an outage
 * that failmode=safe forgives), STATUS_CONFIG when the lock file is not ours to lock.
 */
enum status lock_section(
	const char *path, const char *section, int64_t deadline_ms, int *lock, struct error *e);
enum status lock_file(const struct target *t, int64_t deadline_ms, int *lock, struct error *e);

/*
 * Locks the file itself, open as fd, until fd is closed: to replace it (fd O_RDONLY), or to write
 * it in place (fd O_RDWR), which excludes the other. Results as above.
 *
 * Threat: every user who may read a file can keep a read lock on it for ever. So replacing takes a
 * read lock, too, which no other read lock hinders.
 */
enum lock_use { LOCK_TO_REPLACE, LOCK_TO_WRITE };
enum status lock_content(
	const struct target *t, int fd, enum lock_use use, int64_t deadline_ms, struct error *e);

#endif
