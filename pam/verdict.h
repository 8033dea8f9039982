/*
 * PAM's answer to each outcome: the table of pam_aws_mfa(8), RESULTS.
 */
#ifndef PAM_VERDICT_H
#define PAM_VERDICT_H

#include "options.h"
#include "talk.h"

struct verdict {
	int pam;              /* PAM_SUCCESS and so on */
	int level;            /* of the log line */
	const char *name;     /* for the log */
	const char *sentence; /* for the person, without a full stop; NULL: nothing */
};

/*
 * The only place that decides what PAM gets. PAM_SUCCESS needs a code sent in this call. An outcome
 * that is not in the table is PAM_SYSTEM_ERR.
 */
struct verdict verdict_of(const struct talk *talk, const struct options *opt);

/* Returns the name, such as "PAM_SUCCESS", of a code that this module returns. */
const char *verdict_answer(int pam);

#endif
