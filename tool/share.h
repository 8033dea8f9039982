/* Gives the session of an MFA device to a further profile: as it is, or to assume its roles. */
#ifndef AWS_MFA_SHARE_H
#define AWS_MFA_SHARE_H

#include "refresh.h"

/* Seconds. AWS ends the session of a role that is assumed from a session then. */
#define SHARE_ROLE_LONGEST 3600

/*
 * May a session that was got with the settings `from` go to the profile of `to`? They must have the
 * same key, device, endpoint URL and partition. Elsewhere AWS does not take the session, or another
 * server would get it.
 */
bool share_is_possible(const struct settings *from, const struct settings *to);

/*
 * Assumes the roles of *r, if it has any, with the session, and stores the result. r->expiration is
 * that of the result. A role's session lasts SHARE_ROLE_LONGEST at most, whatever the duration is.
 *
 * STATUS_CONFIG: AWS refuses a role. STATUS_CODE_SPENT: there was no answer. STATUS_NOT_STORED: it
 * was not stored.
 */
enum status share_session(struct refresh *r, const struct session *session, struct error *e);

#endif
