#include "view.h"

#include <string.h>

/* Does the list of AuthenticationMethods, such as "publickey,keyboard-interactive:pam", have it? */
static bool list_has(const char *list, size_t len, const char *const methods[])
{
	while (len > 0) {
		size_t one = strcspn(list, ", ");

		for (const char *const *m = methods; *m; m++)
			if (strncmp(list, *m, strlen(*m)) == 0)
				return true;
		if (one >= len)
			break;
		list += one + 1;
		len -= one + 1;
	}
	return false;
}

static const char *const keys[] = {"publickey", "hostbased", "gssapi", NULL};
static const char *const prompts[] = {"keyboard-interactive", "password", NULL};

static void allow_list(struct view *v, const char *list, size_t len)
{
	bool key = list_has(list, len, keys), prompt = list_has(list, len, prompts);

	v->allowed[WAY_BOTH] = v->allowed[WAY_BOTH] || (key && prompt);
	v->allowed[WAY_KEY] = v->allowed[WAY_KEY] || (key && !prompt);
	v->allowed[WAY_PROMPT] = v->allowed[WAY_PROMPT] || (!key && prompt);
}

/* Unknown settings: every way is possible. */
static void allow(struct view *v)
{
	const struct sshd_settings *s = &v->sshd;
	const char *lists = s->of[SSHD_METHODS].value;

	v->allowed[WAY_PROMPT] = !v->is_sshd;
	if (!v->is_sshd)
		return;
	if (!s->known || !*lists || strcmp(lists, "any") == 0) {
		v->allowed[WAY_KEY] = !s->known || !sshd_is(s, SSHD_PUBKEY, "no");
		v->allowed[WAY_PROMPT] = !s->known || sshd_is(s, SSHD_KBD_INTERACTIVE, "yes") ||
			sshd_is(s, SSHD_PASSWORD, "yes");
		return;
	}
	while (*lists) {
		size_t len = strcspn(lists, " ");

		allow_list(v, lists, len);
		lists += len;
		lists += strspn(lists, " ");
	}
}

/* A wrong code is not ignored by the line itself, or the options want a code. */
static bool refuses(const struct stack_line *line)
{
	int wrong = line->control.action[CODE_AUTH_ERR];
	struct ours o;

	ours_parse(&o, line);
	return wrong == ACTION_BAD || wrong == ACTION_DIE || o.always || o.date;
}

const struct stack_line *view_line(const struct view *v)
{
	const struct stack_lines *auth = &v->stack.of[STACK_AUTH];

	for (size_t i = 0; i < auth->n; i++)
		if (ours_is(auth->line[i]) && refuses(auth->line[i]))
			return auth->line[i];
	return ours_first(&v->stack, STACK_AUTH);
}

bool view_play(struct view *v)
{
	struct ways w = {
		.stack = &v->stack, .lib = &v->lib, .user = v->user, .by_caller = v->is_su};
	const struct stack_lines *auth = &v->stack.of[STACK_AUTH];

	allow(v);
	for (int way = 0; way < N_WAYS; way++)
		for (int o = 0; o < N_OUTCOMES && (v->is_sshd || way == WAY_PROMPT); o++)
			if (!ways_find(&w, (enum way)way, (enum outcome)o, &v->end[way][o]))
				return false;
	v->too_many = w.too_many;
	for (size_t i = 0; i < auth->n; i++) {
		struct ours o;

		if (!ours_is(auth->line[i]))
			continue;
		ours_parse(&o, auth->line[i]);
		v->exempts = v->exempts || o.exempts;
		v->keystore = v->keystore || o.keystore;
		v->decides = v->decides || refuses(auth->line[i]);
	}
	for (int way = WAY_BOTH; way <= WAY_PROMPT; way++)
		v->decides = v->decides ||
			(ours_first(&v->stack, STACK_AUTH) && v->end[way][OUTCOME_RIGHT].in &&
				!v->end[way][OUTCOME_WRONG].in);
	return true;
}
