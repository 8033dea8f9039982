#include "judge.h"

#include "config_lines.h"
#include "others.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void judge_at(struct view *v, const char *id, enum finding_level level,
	const struct stack_line *line, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	findings_add(
		v->l, id, level, line ? line->file : NULL, line ? line->number : 0, "%s", text);
}

const char *judge_line_text(
	const struct stack_line *ours, const char *type, char *text, size_t size)
{
	struct ours o = {.always = false};

	if (ours)
		ours_parse(&o, ours);
	snprintf(text, size, "%s required %s%s%s always%s%s", type,
		ours ? ours->module : "pam_aws_mfa.so", o.profile ? " profile=" : "",
		o.profile ? o.profile : "", o.date && !o.date_passed ? " nullok=" : "",
		o.date && !o.date_passed ? o.date : "");
	return text;
}

/* Whoever has no keys passes such a line for ever. */
static void judge_nullok(struct view *v, const struct stack_line *line, const struct ours *o)
{
	if (o->nullok && !o->date && v->decides && line->type == STACK_AUTH) {
		judge_at(v, "stack-nullok", FINDING_FAULT, line,
			"nullok without a date: a user who is not enrolled is never asked for a code. "
			"Take nullok out, or give it a last day:");
		findings_write(v->l, "nullok=YYYY-MM-DD");
	}
	if (o->date_passed)
		judge_at(v, "stack-nullok-passed", FINDING_NOTE, line,
			"the day of nullok=%s is over: everybody needs a code now. Take it out of "
			"this line",
			o->date);
}

static void judge_line(struct view *v, const struct stack_line *line)
{
	struct ours o;

	ours_parse(&o, line);
	if (o.wrong) {
		judge_at(v, "stack-option", FINDING_FAULT, line,
			"%s, so the module refuses every login. pam_aws_mfa(8), OPTIONS, has the "
			"right words",
			o.why);
		return;
	}
	if (o.failmode_safe && (v->is_sudo || v->is_su)) {
		judge_at(v, "stack-failmode", FINDING_FAULT, line,
			"failmode=safe: who calls %s can slow it down until AWS seems to be down, "
			"and then needs no code. Take failmode=safe out of this line",
			v->service);
	}
	if (o.setenv && v->is_sudo)
		judge_at(v, "stack-setenv", FINDING_WARNING, line,
			"setenv: a command of sudo then uses the session of the user who called it. "
			"Take setenv out of this line");
	judge_nullok(v, line, &o);
}

void judge_lines(struct view *v)
{
	for (int type = 0; type < STACK_PASSWORD; type++)
		for (size_t i = 0; i < v->stack.of[type].n; i++)
			if (ours_is(v->stack.of[type].line[i]))
				judge_line(v, v->stack.of[type].line[i]);
}

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
	const struct stack_line *line = find(v, STACK_AUTH, "pam_faillock", "authfail");
	bool locks = find(v, STACK_AUTH, "pam_faillock", "even_deny_root") != NULL;

	if (!v->is_sshd || !sshd_is(&v->sshd, SSHD_ROOT, "yes"))
		return;
	config_lines("/etc/security/faillock.conf", none, on_setting, &locks);
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
			"auth lines of examples/pam.d/sshd-after-%s, with pam_faillock",
			asks_password(v) ? "password" : "publickey");
	if (faillock)
		judge_root(v);
	if (account)
		judge_at(v, "stack-faillock-account", FINDING_WARNING, account,
			"in account pam_faillock forgets the wrong codes. Take this line out; "
			"`authsucc` in auth does its work");
	if (counts && !account)
		findings_pass(v->l, "guessing", "wrong codes are counted, and lock the user");
}
