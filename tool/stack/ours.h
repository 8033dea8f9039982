/* The lines of a stack that call our module, and what it answers to them. */
#ifndef AWS_MFA_STACK_OURS_H
#define AWS_MFA_STACK_OURS_H

#include "stack.h"

#include <stdbool.h>
#include <sys/types.h>

/* How a login goes for our module. All PAM results of pam_aws_mfa(8) come of these. */
enum outcome {
	OUTCOME_RIGHT,   /* AWS accepts the code */
	OUTCOME_WRONG,   /* it does not */
	OUTCOME_VALID,   /* a session is still valid, and no code is given */
	OUTCOME_NO_KEYS, /* the user is not enrolled */
	OUTCOME_DOWN,    /* AWS is not reached */
	N_OUTCOMES_SHOWN,
	OUTCOME_TRIES = N_OUTCOMES_SHOWN, /* the last wrong code of `prompts` */
	OUTCOME_CONFIG,                   /* set up wrongly */
	OUTCOME_SPENT,                    /* throttled, or failed after the code was sent */
	OUTCOME_SYSTEM,                   /* no memory, a low limit */
	OUTCOME_USER,                     /* an unknown user */
	OUTCOME_NO_ANSWER,                /* the question is not answered */
	OUTCOME_EXEMPT,                   /* ignore_root or minimum_uid */
	N_OUTCOMES
};

const char *outcome_name(enum outcome o);

/* The options of one line. */
struct ours {
	bool always, nullok, failmode_safe, setenv;
	bool keystore;    /* then always, too */
	bool exempts;     /* some users need no code: ignore_root or minimum_uid */
	const char *date; /* of nullok=DATE, or NULL */
	bool date_passed;
	const char *profile; /* or NULL */
	unsigned timeout;
	bool wrong;    /* the module refuses the options, and so every login */
	char why[160]; /* ... as it tells the log */
};

bool ours_is(const struct stack_line *line);
void ours_parse(struct ours *o, const struct stack_line *line);

/* Does the line ask this user for no code? */
bool ours_exempts(const struct stack_line *line, uid_t uid);

/* What auth answers. */
int ours_auth(const struct ours *o, enum outcome outcome);

/* What account answers. accepted: auth has accepted a code in this login. */
int ours_account(const struct ours *o, enum outcome outcome, bool accepted);

/* The first account line of ours that refuses a login without a code; NULL if there is none. */
const struct stack_line *ours_account_line(const struct stack *s);

/* The first line of ours of this type; NULL if there is none. */
const struct stack_line *ours_first(const struct stack *s, enum stack_type type);

#endif
