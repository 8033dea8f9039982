/*
 * Who judges the code, at the other end of a socket that carries records (include/words_pam.h). It
 * is a helper that runs as the user, or the key store.
 *
 *	if (kind->start(&judge, ...))
 *		... `ask`, `code`, `result` with &judge.peer ...
 *	kind->stop(&judge);
 */
#ifndef PAM_JUDGE_H
#define PAM_JUDGE_H

#include <security/pam_modules.h>
#include <stdbool.h>

#include "helper.h"
#include "options.h"
#include "peer.h"
#include "talk.h"
#include "user.h"

struct judge {
	struct helper helper; /* pidfd -1: not a child of this process */
	struct peer peer;
	int session; /* keystore: the session comes out of this pipe */
	int place;   /* keystore: of this login among those that wait (waiting.h) */
	bool absent; /* start() failed because nobody listens; that may change soon */
	char buf[RECORD_MAX_PAM];
};

struct login {
	pam_handle_t *pamh;
	const struct options *opt;
	const struct user *user;
	struct talk *talk;
};

struct judge_kind {
	/*
	 * Starts a conversation that may take so many seconds, without the time to type. waits:
	 * tries for a moment if the judge is absent. Returns false if it cannot: then
	 * talk->outcome, status and reason say why.
	 */
	bool (*start)(struct judge *j, const struct login *login, unsigned seconds, bool waits);
	/* Ends everything that start() has begun. */
	void (*stop)(struct judge *j);
	/*
	 * After STATUS_OK: stores the session for the user, and changes talk->status to
	 * STATUS_NOT_STORED if that fails. NULL: the judge has done it.
	 */
	void (*store)(struct judge *j, const struct login *login);
	/* It always asks for a code. So the prompt need not wait for `ask`. */
	bool always_asks;
	/* What the log says, before the name of the service, if it ends and has said nothing. */
	const char *advice;
};

extern const struct judge_kind judge_helper, judge_keystore;

#endif
