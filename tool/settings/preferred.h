/*
 * Keys of a profile that AWS tools prefer to a session in the credentials file. The session would
 * not be used.
 */
#ifndef AWS_MFA_PREFERRED_H
#define AWS_MFA_PREFERRED_H

#include "error.h"
#include "taken.h"

/*
 * STATUS_CONFIG if every SDK prefers a key of the profile of the session. Prints a warning if only
 * some SDKs do.
 */
enum status preferred_check(const struct settings *s, struct error *e);

/* Calls found for each such key. every: every SDK prefers it, not only some. */
typedef void preferred_fn(void *arg, bool every, const struct error *e);
void preferred_report(const struct settings *s, preferred_fn *found, void *arg);

#endif
