#include "verdict.h"

#include <security/pam_modules.h>
#include <stddef.h>
#include <syslog.h>

/*
 * Plain words and the next step. tell() adds the reason where that is safe, and shows none of this
 * to strangers. Never call a failure of this system a fault of the user's set-up.
 */
#define NOT_STORED "Code accepted, but the AWS session could not be stored"
#define WRONG_CODE "The AWS MFA code was wrong or already used"
#define MALFORMED "An AWS MFA code has six digits"
#define NOT_SET_UP "AWS MFA is not set up for this user"
#define CONFIG "AWS MFA is set up wrongly for this user"
#define UNAVAILABLE "AWS cannot be reached; the code was not sent and is still good"
#define SPENT "AWS MFA failed after the code was sent; try again with the next code"
#define USAGE "AWS MFA is set up wrongly on this system"
#define UNKNOWN "Unknown user"
#define SYSTEM "This system could not check an AWS MFA code"

static const struct {
	enum status status;
	struct verdict verdict;
} results[] = {
	{STATUS_OK, {PAM_SUCCESS, LOG_NOTICE, "accepted", NULL}},
	{STATUS_NOT_STORED, {PAM_SUCCESS, LOG_ERR, "not-stored", NOT_STORED}},
	{STATUS_VALID, {PAM_IGNORE, LOG_NOTICE, "valid", NULL}},
	{STATUS_WRONG_CODE, {PAM_AUTH_ERR, LOG_NOTICE, "wrong-code", WRONG_CODE}},
	{STATUS_NOT_SET_UP, {PAM_CRED_INSUFFICIENT, LOG_NOTICE, "not-set-up", NOT_SET_UP}},
	{STATUS_CONFIG, {PAM_CRED_INSUFFICIENT, LOG_NOTICE, "configuration", CONFIG}},
	{STATUS_UNAVAILABLE, {PAM_AUTHINFO_UNAVAIL, LOG_NOTICE, "unavailable", UNAVAILABLE}},
	{STATUS_CODE_SPENT, {PAM_AUTHINFO_UNAVAIL, LOG_NOTICE, "code-spent", SPENT}},
	{STATUS_USAGE, {PAM_SERVICE_ERR, LOG_ERR, "usage", USAGE}},
};

static const struct {
	enum outcome outcome;
	struct verdict verdict;
} others[] = {
	{OUTCOME_MALFORMED, {PAM_AUTH_ERR, LOG_NOTICE, "not-six-digits", MALFORMED}},
	{OUTCOME_UNKNOWN_USER, {PAM_USER_UNKNOWN, LOG_NOTICE, "unknown-user", UNKNOWN}},
	{OUTCOME_NO_ANSWER, {PAM_CONV_ERR, LOG_NOTICE, "no-answer", NULL}},
	{OUTCOME_LATER, {PAM_INCOMPLETE, LOG_DEBUG, "incomplete", NULL}},
};

/* STATUS_SYSTEM, OUTCOME_BROKEN, and every unknown number. */
static const struct verdict broken = {PAM_SYSTEM_ERR, LOG_ERR, "system-error", SYSTEM};

static struct verdict look_up(const struct talk *talk)
{
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
		if (talk_ended_with(talk, results[i].status))
			return results[i].verdict;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (talk->outcome == others[i].outcome)
			return others[i].verdict;
	return broken;
}

struct verdict verdict_of(const struct talk *talk, const struct options *opt)
{
	struct verdict v = look_up(talk);

	switch (talk->outcome == OUTCOME_RESULT ? talk->status : STATUS_MALFORMED) {
	case STATUS_OK:
	case STATUS_NOT_STORED:
	case STATUS_CODE_SPENT:
	case STATUS_WRONG_CODE:
		/*
		 * Threat: a helper that the user controls claims success. A result that judges a
		 * code counts only as the answer to a code sent in this call.
		 */
		if (!talk->code_sent)
			v = broken;
		break;
	case STATUS_VALID:
		/* Under always a file in the home never lets anybody in. */
		if (opt->always)
			v = broken;
		break;
	case STATUS_NOT_SET_UP:
		/* Only before the prompt: else a wrong code and then rm would be a way in. */
		if (opt->nullok && !talk->asked)
			v = (struct verdict){PAM_IGNORE, LOG_NOTICE, v.name, NULL};
		break;
	case STATUS_UNAVAILABLE:
		/*
		 * Soften only this status, and never STATUS_CODE_SPENT: an attacker could guess
		 * until AWS throttles or the connection breaks.
		 */
		if (opt->failmode_safe && !talk->judged) {
			v.pam = PAM_IGNORE;
			v.level = LOG_WARNING;
		}
		break;
	default:
		break;
	}
	/* After this sshd asks no more. One typing error must not cause that. */
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
