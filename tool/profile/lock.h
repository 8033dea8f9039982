/*
 * Two kinds of lock on a credentials file, both on one small file beside it that is never
 * removed (removing a lock file is a race): one for each section, held while STS is asked, so
 * that two refreshes of one session spend one code; and one for the file, held for the moment of
 * replacing it. Open file description locks (fcntl(2)): they end with their process, however it
 * ends, and NFS honours them.
 */
#ifndef AWS_MFA_LOCK_H
#define AWS_MFA_LOCK_H

#include "error.h"

#include <stdint.h>

/*
 * Locks section of the file at path (NULL: the file itself) and waits for it until deadline_ms
 * (monotonic_ms()). Returns a descriptor, whose close() is the unlock, or -1 and *e:
 * STATUS_SYSTEM when the time is up (never STATUS_UNAVAILABLE: a login held up by other logins must
 * not pass for an outage that failmode=safe forgives), STATUS_CONFIG when there can be no lock
 * file.
 */
int lock_take(const char *path, const char *section, int64_t deadline_ms, struct error *e);

#endif
