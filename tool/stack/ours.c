#include "ours.h"

#include "options.h"

#include <string.h>

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

static bool parse(struct options *is, const struct stack_line *line, char *why, size_t size)
{
	int n = 0;

	while (line->argument[n])
		n++;
	return options_parse(is, n, line->argument, why, size);
}

bool ours_exempts(const struct stack_line *line, uid_t uid)
{
	struct options is;
	char why[160];

	return parse(&is, line, why, sizeof(why)) && options_ignore(&is, uid);
}

void ours_parse(struct ours *o, const struct stack_line *line)
{
	struct options is;

	*o = (struct ours){.wrong = false};
	o->wrong = !parse(&is, line, o->why, sizeof(o->why));
	o->always = is.always;
	o->keystore = is.keystore;
	o->nullok = is.nullok;
	o->failmode_safe = is.failmode_safe;
	o->exempts = is.ignore_root || is.minimum_uid > 0;
	o->setenv = is.setenv;
	o->date = is.nullok_date;
	o->date_passed = is.nullok_date && !is.nullok;
	o->profile = is.profile;
	o->timeout = is.timeout;
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
