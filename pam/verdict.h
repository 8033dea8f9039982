/*
 * PAM's answer to each outcome: the table of pam_aws_mfa(8), RESULTS.
 */
#ifndef PAM_VERDICT_H
#define PAM_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "options.h"
#include "status.h"
#include "sts_limits.h"

/* Ways to end beside enum status, for which there is no record. */
enum outcome {
	OUTCOME_BROKEN = 100, /* the helper crashed, hung, or said what it must not say */
	OUTCOME_MALFORMED,    /* the answer is not six digits */
	OUTCOME_UNKNOWN_USER,
	OUTCOME_NO_ANSWER, /* the conversation failed */
	OUTCOME_LATER,     /* the application will call again */
};

/* What happened in one call. The strings are clean (clean_text). */
struct talk {
	int outcome;      /* enum status or enum outcome */
	bool asked;       /* the person was asked, or the helper wants it */
	bool judged;      /* AWS has refused a code in this call, so it is not down */
	bool code_sent;   /* outcome is the helper's answer to a code sent in this call */
	int64_t start_ms; /* when the name was known, monotonic_ms() */
	int64_t until;    /* end of the session, or -1 */
	char account[ACCOUNT_DIGITS + 1]; /* empty where unknown */
	char request_id[64];
	char key_id[64];
	char reason[256];
};

struct verdict {
	int pam;              /* PAM_SUCCESS and so on */
	int level;            /* of the log line */
	const char *name;     /* for the log */
	const char *sentence; /* for the person, without its full stop; NULL: nothing */
};

/*
 * The only place that decides what PAM gets. PAM_SUCCESS comes of a code sent in this call and of
 * nothing else. An outcome that is not in the table is PAM_SYSTEM_ERR.
 */
struct verdict verdict_of(const struct talk *talk, const struct options *opt);

/* "PAM_SUCCESS" and so on, of the codes this module returns. */
const char *verdict_answer(int pam);

#endif
