/*
 * Two kinds of lock on a credentials file, both on one small file beside it that is never
 * removed (removing a lock file is a race): one for each section, held while STS is asked, so
 * that two refreshes of one session spend one code; and one for the file, held for the moment of
 * replacing it. Where the folder is closed to us and so the file is written in place, they are on
 * the file itself.
 *
 * A third one is always on the file itself: a container that has only this file mounted into it
 * sees another folder, and so another lock file.
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
 * Each waits until deadline_ms (monotonic_ms()) and returns a descriptor, whose close() is the
 * unlock, or -1 and *e: STATUS_SYSTEM when the time is up (never STATUS_UNAVAILABLE: a login held
 * up by other logins must not pass for an outage that failmode=safe forgives), STATUS_CONFIG when
 * there can be no lock.
 */
int lock_section(const char *path, const char *section, int64_t deadline_ms, struct error *e);
int lock_file(const struct target *t, int64_t deadline_ms, struct error *e);

/*
 * Opens the file itself and locks it. Where it may only be read it is not locked: then nobody
 * of this user's writes it in place either. *st as of target_open(), after the lock was had.
 */
int lock_content(const struct target *t, int64_t deadline_ms, struct stat *st, struct error *e);

#endif
