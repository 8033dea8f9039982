#include "ours.h"

#include "character.h"
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
	const char *slash;

	if (line->kind != STACK_MODULE || !line->module)
		return false;
	slash = strrchr(line->module, '/');
	return strcmp(slash ? slash + 1 : line->module, "pam_aws_mfa.so") == 0;
}

const struct stack_line *ours_first(const struct stack *s, enum stack_type type)
{
	for (size_t i = 0; i < s->of[type].n; i++)
		if (ours_is(s->of[type].line[i]))
			return s->of[type].line[i];
	return NULL;
}

#define NOWHERE SIZE_MAX /* the option does not matter here */

enum takes { FLAG, NUMBER, NAME, TEXT, SAFE, DATE };

/* The same as pam/options.c has: a test compares both. */
static const struct row {
	const char *name;
	enum takes takes;
	size_t at;
	int64_t min, max; /* of a number, or of a text's bytes */
} options[] = {
	{"always", FLAG, offsetof(struct ours, always), 0, 0},
	{"debug", FLAG, NOWHERE, 0, 0},
	{"echo", FLAG, NOWHERE, 0, 0},
	{"failmode", SAFE, NOWHERE, 0, 0},
	{"ignore_root", FLAG, offsetof(struct ours, exempts), 0, 0},
	{"minimum_uid", NUMBER, NOWHERE, 0, UINT32_MAX - 1},
	{"notify", FLAG, NOWHERE, 0, 0},
	{"nullok", DATE, NOWHERE, 0, 0},
	{"profile", NAME, NOWHERE, 1, 128},
	{"prompt", TEXT, NOWHERE, 1, 256},
	{"prompts", NUMBER, NOWHERE, 1, 10},
	{"quiet", FLAG, offsetof(struct ours, quiet), 0, 0},
	{"setenv", FLAG, offsetof(struct ours, setenv), 0, 0},
	{"timeout", NUMBER, offsetof(struct ours, timeout), 1, TIMEOUT_LONGEST},
	{"verbose", FLAG, offsetof(struct ours, verbose), 0, 0},
};

enum { N_OPTIONS_OF_OURS = sizeof(options) / sizeof(options[0]) };

static bool is_date(const char *text)
{
	static const char form[] = "dddd-dd-dd";
	struct tm tm = {.tm_isdst = -1}, made;

	for (size_t i = 0; i < sizeof(form); i++)
		if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
			return false;
	if (!strptime(text, "%Y-%m-%d", &tm))
		return false;
	made = tm;
	return mktime(&made) != -1 && made.tm_mday == tm.tm_mday; /* no 31st of June */
}

/* Until the end of the day, in the time zone of this host. */
static bool has_passed(const char *date)
{
	time_t now = time(NULL);
	char today[16];
	struct tm tm;

	return localtime_r(&now, &tm) && strftime(today, sizeof(today), "%Y-%m-%d", &tm) > 0 &&
		strcmp(today, date) > 0;
}

static bool set_number(struct ours *o, const struct row *row, const char *value)
{
	int64_t n = record_number(value);

	if (n < row->min || n > row->max)
		return false;
	if (row->at != NOWHERE)
		o->timeout = (unsigned)n;
	else if (strcmp(row->name, "minimum_uid") == 0)
		o->exempts = o->exempts || n > 0;
	return true;
}

static bool set_text(struct ours *o, const struct row *row, const char *value)
{
	size_t len = strlen(value);

	for (size_t i = 0, step; i < len; i += step)
		if (character_is_control(character_first(value + i, len - i, &step)))
			return false;
	if (row->takes == NAME)
		o->profile = value;
	return len >= (size_t)row->min && len <= (size_t)row->max &&
		(row->takes == TEXT || value[0] != '-');
}

static bool set(struct ours *o, const struct row *row, const char *value)
{
	if (row->takes == FLAG) {
		if (row->at != NOWHERE)
			*(bool *)((char *)o + row->at) = true;
		return !value;
	}
	if (row->takes == DATE) {
		o->nullok = true;
		o->date = value;
		return !value || is_date(value);
	}
	if (!value)
		return false;
	if (row->takes == NUMBER)
		return set_number(o, row, value);
	if (row->takes != SAFE)
		return set_text(o, row, value);
	o->failmode_safe = strcmp(value, "safe") == 0;
	return o->failmode_safe || strcmp(value, "secure") == 0;
}

/* An option may stand twice only with the same value. */
static bool contradicts(const char *const *words, size_t n, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strcspn(words[i], "=") == len && memcmp(words[i], words[n], len) == 0 &&
			strcmp(words[i], words[n]) != 0)
			return true;
	return false;
}

void ours_parse(struct ours *o, const struct stack_line *line)
{
	const char *const *words = line->argument;

	*o = (struct ours){.timeout = TIMEOUT_DEFAULT};
	for (size_t n = 0; words[n] && !o->wrong; n++) {
		size_t len = strcspn(words[n], "="), i = 0;

		while (i < N_OPTIONS_OF_OURS &&
			(strlen(options[i].name) != len ||
				memcmp(options[i].name, words[n], len) != 0))
			i++;
		if (i == N_OPTIONS_OF_OURS || contradicts(words, n, len) ||
			!set(o, &options[i], words[n][len] ? words[n] + len + 1 : NULL))
			o->wrong = words[n];
	}
	if (!o->wrong && o->quiet && o->verbose)
		o->wrong = "quiet and verbose";
	o->date_passed = o->date && !o->wrong && has_passed(o->date);
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

const struct stack_line *ours_account_line(const struct stack *s)
{
	const struct stack_lines *account = &s->of[STACK_ACCOUNT];

	for (size_t i = 0; i < account->n; i++) {
		struct ours o;

		if (!ours_is(account->line[i]))
			continue;
		ours_parse(&o, account->line[i]);
		if (o.always || o.date)
			return account->line[i];
	}
	return NULL;
}
