/*
 * What happened in one call of the module.
 */
#ifndef PAM_TALK_H
#define PAM_TALK_H

#include <stdbool.h>
#include <stdint.h>

#include "status.h"
#include "sts_limits.h"
#include "words_pam.h"

enum outcome {
	OUTCOME_BROKEN = 0, /* the helper crashed, hung, or broke the protocol */
	OUTCOME_RESULT,     /* the helper sent a result: see status */
	OUTCOME_MALFORMED,  /* the answer is not six digits */
	OUTCOME_UNKNOWN_USER,
	OUTCOME_NO_ANSWER, /* the conversation failed */
	OUTCOME_LATER,     /* the application will call again */
};

/* The strings are clean (clean_text). */
struct talk {
	enum outcome outcome;
	enum status status;
	bool asked;       /* the person was asked, or the helper wants a code */
	bool judged;      /* AWS has refused a code in this call, so AWS is not down */
	bool code_sent;   /* outcome is the helper's answer to a code sent in this call */
	int64_t start_ms; /* when the user's name became known, monotonic_ms() */
	int64_t until;    /* end of the session, or -1 */
	char account[ACCOUNT_DIGITS + 1]; /* empty where unknown */
	char login[LOGIN_ID_DIGITS + 1];  /* keystore: names the login in the log; else empty */
	char request_id[64];
	char key_id[64];
	char reason[256];
	const char *who; /* the program that speaks, for reasons; NULL: the helper */
};

/* Has the helper's result this status? */
bool talk_ended_with(const struct talk *talk, enum status status);

#endif
