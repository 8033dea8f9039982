#include "judge.h"

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
	bool dated;

	if (ours)
		ours_parse(&o, ours);
	dated = o.date && !o.date_passed && !o.keystore;
	snprintf(text, size, "%s required %s%s%s %s%s%s", type,
		ours ? ours->module : "pam_aws_mfa.so", o.profile ? " profile=" : "",
		o.profile ? o.profile : "", o.keystore ? "keystore" : "always",
		dated ? " nullok=" : "", dated ? o.date : "");
	return text;
}

/* A user without keys passes such a line for ever. */
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

static const char *profile_of(const struct stack_line *line)
{
	struct ours o;

	ours_parse(&o, line);
	return o.profile ? o.profile : "default";
}

/* A session is of another profile than the code. */
static void judge_profile(struct view *v, const struct stack_line *line)
{
	const struct stack_lines *auth = &v->stack.of[STACK_AUTH];
	const struct stack_line *first = ours_first(&v->stack, STACK_AUTH);

	if (!first || line->type == STACK_AUTH)
		return;
	for (size_t i = 0; i < auth->n; i++)
		if (ours_is(auth->line[i]) &&
			strcmp(profile_of(auth->line[i]), profile_of(line)) == 0)
			return;
	judge_at(v, "stack-profile", FINDING_WARNING, line,
		"this line is for the profile %s, but the auth line (%s:%u) for %s. Write the same "
		"profile= in both: the one that the users are enrolled with",
		profile_of(line), first->file, first->number, profile_of(first));
}

void judge_lines(struct view *v)
{
	for (int type = 0; type < STACK_PASSWORD; type++)
		for (size_t i = 0; i < v->stack.of[type].n; i++)
			if (ours_is(v->stack.of[type].line[i])) {
				judge_line(v, v->stack.of[type].line[i]);
				judge_profile(v, v->stack.of[type].line[i]);
			}
}
