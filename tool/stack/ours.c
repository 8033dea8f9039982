#include "ours.h"

#include "record.h"
#include "timeout.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

const char *outcome_name(enum outcome o)
{
	static const char *const names[N_OUTCOMES] = {"right code", "wrong", "session valid",
		"no keys", "AWS down", "last wrong code", "set up wrongly", "failed after sending",
		"system error", "unknown user", "no answer", "exempt"};

	return names[o];
}

bool ours_is(const struct stack_line *line)
{
	const char *slash = line->module ? strrchr(line->module, '/') : NULL;

	return line->kind == STACK_MODULE &&
		strcmp(slash ? slash + 1 : line->module, "pam_aws_mfa.so") == 0;
}

const struct stack_line *ours_first(const struct stack *s, enum stack_type type)
{
	for (size_t i = 0; i < s->of[type].n; i++)
		if (ours_is(s->of[type].line[i]))
			return s->of[type].line[i];
	return NULL;
}

#define NOWHERE SIZE_MAX /* the option does not matter here */

enum takes { FLAG, NUMBER, TEXT, SAFE, DATE };

/* pam/options.c has the limits of each; these are all its names. */
static const struct {
	const char *name;
	enum takes takes;
	size_t at;
} options[] = {
	{"always", FLAG, offsetof(struct ours, always)},
	{"debug", FLAG, NOWHERE},
	{"echo", FLAG, NOWHERE},
	{"failmode", SAFE, offsetof(struct ours, failmode_safe)},
	{"ignore_root", FLAG, offsetof(struct ours, exempts)},
	{"minimum_uid", NUMBER, offsetof(struct ours, exempts)},
	{"notify", FLAG, NOWHERE},
	{"nullok", DATE, offsetof(struct ours, nullok)},
	{"profile", TEXT, offsetof(struct ours, profile)},
	{"prompt", TEXT, NOWHERE},
	{"prompts", NUMBER, NOWHERE},
	{"quiet", FLAG, NOWHERE},
	{"setenv", FLAG, offsetof(struct ours, setenv)},
	{"timeout", NUMBER, offsetof(struct ours, timeout)},
	{"verbose", FLAG, NOWHERE},
};

enum { N_OPTIONS_OF_OURS = sizeof(options) / sizeof(options[0]) };

static bool is_date(const char *text)
{
	struct tm tm = {0};
	const char *end = strlen(text) == 10 ? strptime(text, "%Y-%m-%d", &tm) : NULL;

	return end && *end == '\0';
}

/* Until the end of the day, in the time zone of this host. */
static bool has_passed(const char *date)
{
	time_t now = time(NULL);
	char today[16] = "";
	struct tm tm;

	if (localtime_r(&now, &tm))
		strftime(today, sizeof(today), "%Y-%m-%d", &tm);
	return strcmp(today, date) > 0;
}

static bool set(struct ours *o, size_t i, const char *value)
{
	void *at = options[i].at == NOWHERE ? NULL : (char *)o + options[i].at;

	switch (options[i].takes) {
	case FLAG:
		if (value)
			return false;
		break;
	case SAFE:
		o->failmode_safe = value && strcmp(value, "safe") == 0;
		return o->failmode_safe || (value && strcmp(value, "secure") == 0);
	case DATE:
		o->nullok = true;
		o->date = value;
		return !value || is_date(value);
	case TEXT:
		if (value && at)
			*(const char **)at = value;
		return value && *value;
	case NUMBER:
		if (!value || record_number(value) < 0)
			return false;
		if (at == &o->timeout) {
			o->timeout = (unsigned)record_number(value);
			return true;
		}
	}
	if (at)
		*(bool *)at = true;
	return true;
}

void ours_parse(struct ours *o, const struct stack_line *line)
{
	*o = (struct ours){.timeout = TIMEOUT_DEFAULT};
	for (const char **word = line->argument; *word; word++) {
		size_t len = strcspn(*word, "="), i = 0;

		while (i < N_OPTIONS_OF_OURS &&
			(strlen(options[i].name) != len ||
				memcmp(options[i].name, *word, len) != 0))
			i++;
		if (i == N_OPTIONS_OF_OURS || !set(o, i, (*word)[len] ? *word + len + 1 : NULL))
			o->wrong = o->wrong ? o->wrong : *word;
	}
	if (o->date && !o->wrong)
		o->date_passed = has_passed(o->date);
	if (o->date_passed)
		o->nullok = false;
}

int ours_auth(const struct ours *o, enum outcome outcome)
{
	static const int codes[N_OUTCOMES] = {
		[OUTCOME_RIGHT] = CODE_SUCCESS,
		[OUTCOME_WRONG] = CODE_AUTH_ERR,
		[OUTCOME_VALID] = CODE_IGNORE,
		[OUTCOME_NO_KEYS] = CODE_CRED_INSUFFICIENT,
		[OUTCOME_DOWN] = CODE_AUTHINFO_UNAVAIL,
		[OUTCOME_TRIES] = CODE_MAXTRIES,
		[OUTCOME_CONFIG] = CODE_CRED_INSUFFICIENT,
		[OUTCOME_SPENT] = CODE_AUTHINFO_UNAVAIL,
		[OUTCOME_SYSTEM] = CODE_SYSTEM_ERR,
		[OUTCOME_USER] = CODE_USER_UNKNOWN,
		[OUTCOME_NO_ANSWER] = CODE_CONV_ERR,
		[OUTCOME_EXEMPT] = CODE_IGNORE,
	};

	if (o->wrong)
		return CODE_SERVICE_ERR;
	if ((outcome == OUTCOME_VALID && o->always) || (outcome == OUTCOME_EXEMPT && !o->exempts))
		return CODE_AUTH_ERR; /* it asks, and gets no code */
	if ((outcome == OUTCOME_NO_KEYS && o->nullok) ||
		(outcome == OUTCOME_DOWN && o->failmode_safe))
		return CODE_IGNORE;
	return codes[outcome];
}

int ours_account(const struct ours *o, enum outcome outcome, bool accepted)
{
	if (o->wrong)
		return CODE_SERVICE_ERR;
	if ((!o->always && !o->date) || accepted || (outcome == OUTCOME_EXEMPT && o->exempts))
		return CODE_IGNORE;
	if (o->date && outcome == OUTCOME_NO_KEYS)
		return o->nullok ? CODE_IGNORE : CODE_PERM_DENIED;
	if (o->date && outcome == OUTCOME_VALID)
		return o->always ? CODE_PERM_DENIED : CODE_IGNORE;
	return CODE_PERM_DENIED;
}
