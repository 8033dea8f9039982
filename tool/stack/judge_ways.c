#include "judge.h"

#include "others.h"
#include "paths.h"

#include <stdio.h>
#include <string.h>

/* "session valid, no keys": the outcomes of a way that end so. */
struct outcome_names {
	char text[256];
};

static void add_name(struct outcome_names *n, const char *name)
{
	size_t used = strlen(n->text);

	if (!strstr(n->text, name))
		snprintf(n->text + used, sizeof(n->text) - used, "%s%s", used ? ", " : "", name);
}

static const char *short_name(const struct stack_line *line, char *text, size_t size)
{
	size_t len;
	const char *name = others_name(line, &len);

	snprintf(text, size, "%.*s", (int)len, name);
	return text;
}

/* The stack lets in without a code and asks for nothing else. sshd may have asked for a key before.
 */
static void judge_no_factor(struct view *v)
{
	const struct stack_line *line = view_line(v), *by = NULL;
	struct outcome_names outcomes = {""};
	char text[512], module[64];

	for (int o = 0; o < N_OUTCOMES; o++) {
		const struct ways_end *end = &v->end[WAY_PROMPT][o];

		if (!end->in || end->factors > 0)
			continue;
		by = by ? by : ways_let_in(&end->auth);
		add_name(&outcomes, outcome_name((enum outcome)o));
	}
	if (!*outcomes.text)
		return;
	judge_at(v, "stack-no-factor", FINDING_FAULT, line,
		"may refuse nobody (%s), and then %s lets ANYBODY in%s. This line must read:",
		outcomes.text, by ? short_name(by, module, sizeof(module)) : "a line",
		v->allowed[WAY_PROMPT] ? "" : " who has passed sshd's AuthenticationMethods");
	findings_write(v->l, "%s", judge_line_text(line, "auth", text, sizeof(text)));
	if (by && by != line)
		judge_at(v, "stack-lets-in", FINDING_FAULT, by,
			"%s lets in users who were not asked for a code. Take this line out",
			short_name(by, module, sizeof(module)));
}

/* Whether the options of our lines make this outcome no refusal. */
static bool is_excused(const struct view *v, enum outcome outcome)
{
	for (size_t i = 0; i < v->stack.of[STACK_AUTH].n; i++) {
		const struct stack_line *line = v->stack.of[STACK_AUTH].line[i];
		struct ours o;

		if (!ours_is(line))
			continue;
		ours_parse(&o, line);
		if (ours_auth(&o, outcome) == CODE_IGNORE || ours_auth(&o, outcome) == CODE_SUCCESS)
			return true;
	}
	return false;
}

/* A wrong code is refused, and another answer of the module is not. */
static void judge_softened(struct view *v)
{
	struct outcome_names outcomes = {""};

	for (int way = WAY_BOTH; way <= WAY_PROMPT; way++)
		for (int o = OUTCOME_WRONG; o < N_OUTCOMES && v->allowed[way]; o++)
			if (v->end[way][o].has_hole && !v->end[way][OUTCOME_WRONG].has_hole &&
				!is_excused(v, (enum outcome)o))
				add_name(&outcomes, outcome_name((enum outcome)o));
	if (*outcomes.text)
		judge_at(v, "stack-softened", FINDING_FAULT, view_line(v),
			"a wrong code refuses, but these let in without a code: %s. The control of "
			"this line must treat them like auth_err; write `default=die`",
			outcomes.text);
}

/* What makes our line be asked: a jump of it would lead elsewhere from another place. */
static const char *mend_passed_by(const struct stack_line *by, const struct stack_line *ours)
{
	if (ours->control.action[CODE_SUCCESS] > 0)
		return "Write `required` here, or take this line out";
	if (by->control.action[CODE_SUCCESS] > 0)
		return "Move that line above this one";
	return "Move that line above this one, or write `required` here";
}

/* Auth succeeds although our module refuses: it was not asked, or not heard. */
static void judge_passed_by(struct view *v)
{
	const struct stack_line *line = view_line(v);
	char module[64];

	for (int way = WAY_BOTH; way <= WAY_PROMPT; way++) {
		const struct ways_end *end = &v->end[way][OUTCOME_WRONG];
		const struct stack_line *by = ways_passed_by(&v->stack, &end->hole);
		const char *then = end->in ? "" : "; account then refuses the login";

		if (!v->allowed[way] || !end->has_hole || (end->in && end->factors == 0))
			continue;
		if (!by)
			judge_at(v, "stack-ignored", FINDING_FAULT, line,
				"a wrong code does not refuse auth: the control of this line, or a line "
				"after it, ignores the answer%s. Write `required` or `[success=ok "
				"default=die]`",
				then);
		else
			judge_at(v, "stack-passed-by", FINDING_FAULT, by,
				"after a success of %s the line of pam_aws_mfa (:%u) is not asked%s. %s",
				short_name(by, module, sizeof(module)), line->number, then,
				mend_passed_by(by, line));
		return;
	}
}

static void judge_account(struct view *v)
{
	const struct stack_line *line = view_line(v), *account = ours_account_line(&v->stack), *by;
	struct ways w = {
		.stack = &v->stack, .lib = &v->lib, .user = v->user, .by_caller = v->is_su};
	struct ways_end end;
	struct ours o;
	char text[512], module[64];

	ours_parse(&o, line);
	if (!v->decides || (!o.always && !o.date && !(v->is_sshd && v->allowed[WAY_KEY])))
		return;
	/* Such a line would refuse root, who skips auth. judge_sudo() sees to the others. */
	if (!account && v->keystore && (v->is_su || v->is_sudo))
		return;
	if (!account) {
		findings_add(v->l, "account-missing", FINDING_FAULT, line->file, 0,
			"no account line of pam_aws_mfa has always, so a login that skips auth (%s) "
			"is never asked for a code. Add above all other account lines:",
			v->is_sudo ? "sudo with a remembered password" : "a key alone");
		findings_write(v->l, "%s", judge_line_text(line, "account", text, sizeof(text)));
		return;
	}
	if (!ways_account(&w, v->is_sshd ? WAY_KEY : WAY_PROMPT, OUTCOME_WRONG, &end))
		return;
	by = ways_passed_by(&v->stack, &end.hole);
	if (!end.has_hole) {
		findings_pass(v->l, "account", "account refuses a login that skipped auth");
		return;
	}
	if (!by)
		judge_at(v, "account-ignored", FINDING_FAULT, account,
			"account does not refuse a login that skipped auth: the control of this line "
			"ignores the answer. Write `required`");
	else
		judge_at(v, "account-passed-by", FINDING_FAULT, by,
			"%s may end account before the line of pam_aws_mfa (:%u), so a login that "
			"skips auth is not asked for a code. Move that line above all other account "
			"lines",
			short_name(by, module, sizeof(module)), account->number);
}

/* Another finding names the line that refuses everybody. */
static bool is_named(const struct view *v)
{
	for (int type = STACK_AUTH; type <= STACK_ACCOUNT; type++)
		for (size_t i = 0; i < v->stack.of[type].n; i++) {
			const struct stack_line *line = v->stack.of[type].line[i];

			if (line->kind == STACK_MUST_FAIL || (line->missing && ours_is(line)))
				return true;
		}
	return false;
}

/* The right code must let in, and until its date nullok=DATE must, too. */
static void judge_closed(struct view *v)
{
	const struct stack_line *line = view_line(v);
	bool right = false, no_keys = false, shut = false;
	struct ours o;

	ours_parse(&o, line);
	for (int way = WAY_BOTH; way <= WAY_PROMPT; way++)
		if (v->allowed[way]) {
			shut = true;
			right = right || v->end[way][OUTCOME_RIGHT].in;
			no_keys = no_keys || v->end[way][OUTCOME_NO_KEYS].in;
		}
	if (shut && !right && (o.wrong || is_named(v) || findings_have(v->l, "stack-line")))
		return;
	if (shut && !right)
		judge_at(v, "stack-closed", FINDING_FAULT, line,
			"nobody gets in, not with a right code either: a line of auth or account "
			"refuses everybody. Compare with the files of " AWS_MFA_STACKS_PATH);
	else if (shut && !no_keys && o.date && !o.date_passed && !o.wrong)
		judge_at(v, "stack-date", FINDING_FAULT, line,
			"until %s a user who is not enrolled must get in, but the stack refuses. The "
			"account line needs the same nullok=%s; compare with " AWS_MFA_STACKS_PATH
			"/sshd-rollout-until",
			o.date, o.date);
}

void judge_ways(struct view *v)
{
	size_t before = v->l->n[FINDING_FAULT];

	if (v->too_many)
		findings_add(v->l, "stack-too-large", FINDING_WARNING, NULL, 0,
			"the stack has too many ways to try them all; take out lines that are not "
			"needed");
	judge_no_factor(v);
	if (v->decides) {
		judge_passed_by(v);
		judge_softened(v);
	}
	judge_account(v);
	judge_closed(v);
	if (v->l->n[FINDING_FAULT] == before && !is_named(v))
		findings_pass(v->l, "stack", "the stack of %s asks for what it must (%s)",
			v->service,
			v->decides ? "a wrong code refuses" : "the code refuses nobody");
}
