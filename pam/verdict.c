#include "verdict.h"

#include <security/pam_modules.h>
#include <stddef.h>
#include <syslog.h>

/*
 * sshd shows these to a client that has not logged in yet, so they are all he learns: no path, no
 * account, none of AWS's own words.
 */
#define WRONG_CODE "Wrong AWS MFA code."
#define UNAVAILABLE "AWS is not available."
#define NOT_SET_UP "AWS MFA is not set up. The system log says why."
#define TRY_LATER "AWS MFA failed. Try again later, with a new code."
#define NOT_STORED                                                                                 \
	"Code accepted, but the AWS session could not be stored. The system log says why."

static const struct row {
	int outcome;
	struct verdict verdict;
} table[] = {
	{STATUS_OK, {PAM_SUCCESS, LOG_NOTICE, "accepted", NULL}},
	{STATUS_NOT_STORED, {PAM_SUCCESS, LOG_ERR, "not-stored", NOT_STORED}},
	{STATUS_VALID, {PAM_IGNORE, LOG_NOTICE, "valid", NULL}},
	{STATUS_WRONG_CODE, {PAM_AUTH_ERR, LOG_NOTICE, "wrong-code", WRONG_CODE}},
	{OUTCOME_MALFORMED, {PAM_AUTH_ERR, LOG_NOTICE, "not-six-digits", WRONG_CODE}},
	{STATUS_NOT_SET_UP, {PAM_CRED_INSUFFICIENT, LOG_NOTICE, "not-set-up", NOT_SET_UP}},
	{STATUS_CONFIG, {PAM_CRED_INSUFFICIENT, LOG_NOTICE, "configuration", NOT_SET_UP}},
	{STATUS_UNAVAILABLE, {PAM_AUTHINFO_UNAVAIL, LOG_NOTICE, "unavailable", UNAVAILABLE}},
	{STATUS_CODE_SPENT, {PAM_AUTHINFO_UNAVAIL, LOG_NOTICE, "code-spent", TRY_LATER}},
	{STATUS_USAGE, {PAM_SERVICE_ERR, LOG_ERR, "usage", NOT_SET_UP}},
	{OUTCOME_UNKNOWN_USER, {PAM_USER_UNKNOWN, LOG_NOTICE, "unknown-user", NOT_SET_UP}},
	{OUTCOME_NO_ANSWER, {PAM_CONV_ERR, LOG_NOTICE, "no-answer", NULL}},
	{OUTCOME_LATER, {PAM_INCOMPLETE, LOG_DEBUG, "incomplete", NULL}},
};

/* STATUS_SYSTEM, OUTCOME_BROKEN, and every number nobody has thought of. */
static const struct verdict broken = {PAM_SYSTEM_ERR, LOG_ERR, "system-error", NOT_SET_UP};

struct verdict verdict_of(const struct talk *talk, const struct options *opt)
{
	struct verdict v = broken;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].outcome == talk->outcome)
			v = table[i].verdict;

	switch (talk->outcome) {
	case STATUS_OK:
	case STATUS_NOT_STORED:
	case STATUS_CODE_SPENT:
	case STATUS_WRONG_CODE:
		/*
		 * Threat: a helper that the user traces, or that is confused, claims success. What
		 * judges a code counts only as the answer to one sent in this very call.
		 */
		if (!talk->code_sent)
			v = broken;
		break;
	case STATUS_VALID:
		/* Under always nobody passes for a file in his home. */
		if (opt->always)
			v = broken;
		break;
	case STATUS_NOT_SET_UP:
		/* Decided before anything is asked, or a wrong code plus rm would be a way in. */
		if (opt->nullok && !talk->asked)
			v = (struct verdict){PAM_IGNORE, LOG_NOTICE, v.name, NULL};
		break;
	case OUTCOME_UNKNOWN_USER:
		/* Whoever tries names is told what one that is enrolled would be told. */
		if (talk->asked)
			v.sentence = WRONG_CODE;
		break;
	case STATUS_UNAVAILABLE:
		/*
		 * This one only. STATUS_CODE_SPENT: guessing until AWS throttles is no way in, nor
		 * is guessing until the connection breaks.
		 */
		if (opt->failmode_safe && !talk->judged) {
			v.pam = PAM_IGNORE;
			v.level = LOG_WARNING;
		}
		break;
	default:
		break;
	}
	/* After this sshd asks no more, which one typo must not bring about. */
	if (v.pam == PAM_AUTH_ERR && opt->prompts > 1)
		v.pam = PAM_MAXTRIES;
	return v;
}

const char *verdict_answer(int pam)
{
	static const struct {
		int pam;
		const char *name;
	} names[] = {
#define NAME(code) {code, #code}
		NAME(PAM_SUCCESS),
		NAME(PAM_IGNORE),
		NAME(PAM_AUTH_ERR),
		NAME(PAM_MAXTRIES),
		NAME(PAM_CRED_INSUFFICIENT),
		NAME(PAM_AUTHINFO_UNAVAIL),
		NAME(PAM_USER_UNKNOWN),
		NAME(PAM_PERM_DENIED),
		NAME(PAM_CONV_ERR),
		NAME(PAM_INCOMPLETE),
		NAME(PAM_SERVICE_ERR),
#undef NAME
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].pam == pam)
			return names[i].name;
	return "PAM_SYSTEM_ERR";
}
