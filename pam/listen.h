/*
 * Reads the helper's records up to the next one that needs an answer or ends the call.
 */
#ifndef PAM_LISTEN_H
#define PAM_LISTEN_H

#include <security/pam_modules.h>
#include <stdint.h>

#include "options.h"
#include "peer.h"
#include "talk.h"

enum listen {
	LISTEN_BROKEN = 0, /* the helper broke the protocol, or cannot be read; talk->reason says */
	LISTEN_GONE,       /* the helper ended without a result; talk->reason says so */
	LISTEN_RESULT,     /* a result: talk->status */
	LISTEN_ASK,        /* a code is needed */
	LISTEN_IDLE,       /* the helper has stopped waiting for a code, and has read none */
	LISTEN_SILENT,     /* nothing in time; talk->reason says so */
};

/*
 * Reads records until the next `ask`, `idle` or `result`, for at most *left_ms milliseconds.
 * Subtracts the time this took from *left_ms. Copies account, until, request_id, key_id, and status
 * and reason of a result into *talk.
 */
enum listen listen_next(pam_handle_t *pamh, const struct options *opt, struct peer *helper,
	int64_t *left_ms, struct talk *talk);

#endif
