#include "judge.h"

#include "config_lines.h"
#include "others.h"
#include "paths.h"

#include <string.h>

static const struct stack_line *find(
	const struct view *v, enum stack_type type, const char *name, const char *argument)
{
	for (size_t i = 0; i < v->stack.of[type].n; i++) {
		const struct stack_line *line = v->stack.of[type].line[i];

		if (others_is(line, name) && (!argument || others_has_argument(line, argument)))
			return line;
	}
	return NULL;
}

static void on_setting(void *data, const char *file, size_t number, char *word, char *rest)
{
	(void)file, (void)number, (void)rest;
	if (strcmp(word, "even_deny_root") == 0)
		*(bool *)data = true;
}

/* pam_faillock locks root only with even_deny_root. */
static void judge_root(struct view *v)
{
	static const char *const none[] = {NULL};
	static const struct config_syntax syntax = {.includes = none};
	const struct stack_line *line = find(v, STACK_AUTH, "pam_faillock", "authfail");
	bool locks = find(v, STACK_AUTH, "pam_faillock", "even_deny_root") != NULL;

	if (!v->is_sshd || !sshd_is(&v->sshd, SSHD_ROOT, "yes"))
		return;
	config_lines("/etc/security/faillock.conf", &syntax, on_setting, &locks);
	if (locks)
		return;
	judge_at(v, "stack-guessing-root", FINDING_WARNING, line,
		"PermitRootLogin is yes, and pam_faillock never locks root: root's codes can be "
		"guessed without end. Write in /etc/security/faillock.conf:");
	findings_write(v->l, "even_deny_root");
}

/* The stack proves a password, too: without its lines the code alone would let in. */
static bool asks_password(const struct view *v)
{
	const struct ways_end *right = &v->end[WAY_PROMPT][OUTCOME_RIGHT];

	return !v->is_sshd || (right->in && right->factors > 1);
}

static const char *example(const struct view *v)
{
	if (v->keystore)
		return v->is_sudo ? "sudo-keystore" : v->is_su ? "su-keystore" : "sshd-keystore";
	return asks_password(v) ? "sshd-after-password" : "sshd-after-publickey";
}

void judge_guessing(struct view *v)
{
	const struct stack_line *account = find(v, STACK_ACCOUNT, "pam_faillock", NULL);
	bool faillock = find(v, STACK_AUTH, "pam_faillock", "authfail") != NULL;
	bool counts = faillock || find(v, STACK_AUTH, "pam_tally2", NULL);

	if (!v->decides)
		return;
	if (!counts)
		judge_at(v, "stack-guessing", FINDING_WARNING, view_line(v),
			"wrong codes are not counted, so they can be guessed without end. Take the "
			"auth lines of " AWS_MFA_STACKS_PATH "/%s, with pam_faillock",
			example(v));
	if (faillock)
		judge_root(v);
	if (account)
		judge_at(v, "stack-faillock-account", FINDING_WARNING, account,
			"in account pam_faillock forgets the wrong codes. Take this line out; "
			"`authsucc` in auth does its work");
	if (counts && !account)
		findings_pass(v->l, "guessing", "wrong codes are counted, and lock the user");
}
