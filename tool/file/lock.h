/*
 * Locks for a credentials file.
 *
 * The section lock and the file lock are on a small lock file beside it. The lock file is never
 * removed, because removing it would be a race. The section lock is held while STS is asked: two
 * refreshes of one session then spend one code. The file lock is held while the file is replaced.
 *
 * The content lock is on the file itself. A container that mounts only this file sees another
 * folder, and so another lock file. In a folder that is closed to us, the content lock is the only
 * one. Hold it only while writing: a descriptor open for writing blocks all leases (steady.h).
 *
 * All are open file description locks (fcntl(2)). They end with the process, however it ends. NFS
 * supports them.
 */
#ifndef AWS_MFA_LOCK_H
#define AWS_MFA_LOCK_H

#include "error.h"
#include "target.h"

#include <stdint.h>

/*
 * Wait for the lock until deadline_ms (monotonic_ms()) and set *lock to a descriptor. close()
 * unlocks. *lock is -1 on failure. It is also -1 where no lock file can be created because the
 * folder is closed to us. On a file system without locks, both warn once and lock nothing.
 *
 * STATUS_SYSTEM when the time is up. Never STATUS_UNAVAILABLE: failmode=safe must not let in a
 * login that other logins delay. STATUS_CONFIG when we must not use the lock file.
 */
enum status lock_section(
	const char *path, const char *section, int64_t deadline_ms, int *lock, struct error *e);
enum status lock_file(const struct target *t, int64_t deadline_ms, int *lock, struct error *e);

/*
 * Locks the file itself, open as fd, until fd is closed. LOCK_TO_REPLACE needs an O_RDONLY fd.
 * LOCK_TO_WRITE is for writing in place and needs an O_RDWR fd. The two kinds exclude each other.
 * Results are as above.
 *
 * Threat: a user who can read a file can hold a read lock on it forever. So LOCK_TO_REPLACE takes a
 * read lock, too: other read locks do not block it.
 */
enum lock_use { LOCK_TO_REPLACE, LOCK_TO_WRITE };
enum status lock_content(
	const struct target *t, int fd, enum lock_use use, int64_t deadline_ms, struct error *e);

#endif
