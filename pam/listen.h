/*
 * What the helper says, one verdict at a time.
 */
#ifndef PAM_LISTEN_H
#define PAM_LISTEN_H

#include <security/pam_modules.h>
#include <stdint.h>

#include "options.h"
#include "peer.h"
#include "verdict.h"

/* Beside enum status. LISTEN_BROKEN is the same as STATUS_MALFORMED there. */
enum listen {
	LISTEN_BROKEN = -1, /* gone, or not the protocol; talk->reason says which */
	LISTEN_SILENT = -2, /* nothing in time */
	LISTEN_ASK = -3,    /* a code is needed */
	LISTEN_IDLE = -4,   /* the helper waits for a code no longer, and has read none */
};

/*
 * Reads records until the next `ask`, `idle` or `result`, for at most *left_ms milliseconds, and
 * takes from *left_ms what that took. Puts into *talk what the records tell: account, until,
 * request_id, key_id, and the reason of a result. Returns the result's status (0..99) or one of the
 * above.
 */
int listen_next(pam_handle_t *pamh, const struct options *opt, struct peer *helper,
	int64_t *left_ms, struct talk *talk);

#endif
