#include "ways.h"

#include "condition.h"
#include "others.h"

#include <string.h>

#define MOST 300000 /* plays for one stack: some seconds */
#define FACTOR_KEY 1U
#define FACTOR_CODE 2U
#define FACTOR_FIRST 2 /* the bit of the first other */

const char *way_name(enum way way)
{
	static const char *const names[N_WAYS] = {"key, then prompt", "prompt only", "key only"};

	return names[way];
}

/* While all ways through the stack of one call are played: which answer each call gives next. */
struct tree {
	struct ways *ways;
	enum way way;
	enum outcome outcome;
	bool accepted; /* before this call */
	bool dead;     /* no later answer can make this way succeed */
	bool resets;   /* ... but for a `reset` of the stack */
	size_t depth;
	int choice[WAYS_LONGEST], choices[WAYS_LONGEST];
	struct ways_path path;
};

/* What lets in, IGNORE, and the rest: the same action makes different things of them. */
static int class_of(int code)
{
	switch (code) {
	case CODE_SUCCESS:
	case CODE_IGNORE:
	case CODE_NEW_AUTHTOK_REQD:
		return code;
	default:
		return -1;
	}
}

/* One code for each action that the answers lead to. Returns how many. */
static int collapse(const struct control *c, uint32_t answers, int codes[N_CODES])
{
	int n = 0;

	for (int code = 0; code < N_CODES; code++) {
		bool known = !(answers & CODE_BIT(code));

		for (int i = 0; i < n; i++)
			known = known ||
				(c->action[codes[i]] == c->action[code] &&
					class_of(codes[i]) == class_of(code));
		if (!known)
			codes[n++] = code;
	}
	return n;
}

static uint32_t factor(const struct tree *t, const struct stack_line *line)
{
	const struct stack_lines *auth = &t->ways->stack->of[STACK_AUTH];
	size_t len, i = 0;
	const char *name = others_name(line, &len);

	/* All lines of a module ask for the same thing. */
	for (; i < auth->n; i++) {
		size_t its;
		const char *other = others_name(auth->line[i], &its);

		if (its == len && memcmp(name, other, len) == 0)
			break;
	}
	return UINT32_C(1) << (FACTOR_FIRST + i % (32 - FACTOR_FIRST));
}

static uint32_t answers_of(const struct tree *t, const struct stack_line *line)
{
	enum condition c = condition_of(line, t->ways->user);

	if (c != CONDITION_UNKNOWN)
		return CODE_BIT(c == CONDITION_HOLDS ? CODE_SUCCESS : CODE_AUTH_ERR);
	return others_answers(line, t->way != WAY_PROMPT, t->ways->by_caller);
}

/* Account with `keystore` takes no code that auth has accepted without it. */
static bool counts(const struct tree *t, const struct ours *account)
{
	const struct stack_lines *auth = &t->ways->stack->of[STACK_AUTH];
	bool good = t->accepted && !account->keystore;
	struct ours ours;

	for (size_t i = 0; t->accepted && i < auth->n && !good; i++)
		if (ours_is(auth->line[i])) {
			ours_parse(&ours, auth->line[i]);
			good = ours.keystore;
		}
	return good;
}

static int choose(struct tree *t, const struct stack_line *line)
{
	bool auth = line->type == STACK_AUTH;
	int codes[N_CODES], n = 1;
	struct ours ours;

	if (line->missing) {
		codes[0] = CODE_MODULE_UNKNOWN;
	} else if (ours_is(line)) {
		ours_parse(&ours, line);
		codes[0] = auth ? ours_auth(&ours, t->outcome)
				: ours_account(&ours, t->outcome, counts(t, &ours));
		t->path.ours = true;
	} else {
		n = collapse(&line->control, answers_of(t, line), codes);
	}
	if (t->depth >= WAYS_LONGEST)
		return codes[0];
	t->choices[t->depth] = t->dead ? 1 : n;
	return codes[t->dead ? 0 : t->choice[t->depth]];
}

static int answer(void *data, const struct stack_line *line, enum play_call call)
{
	struct tree *t = data;
	struct ways_path *p = &t->path;
	int code = choose(t, line);
	int action = line->control.action[code];

	(void)call;
	t->depth++;
	t->dead = t->dead || (!t->resets && (action == ACTION_BAD || action == ACTION_DIE));
	if (line->type == STACK_AUTH && code == CODE_SUCCESS) {
		bool ours = ours_is(line);

		p->accepted = p->accepted || ours;
		if (ours)
			p->proved |= FACTOR_CODE;
		else if (others_kind(line) == OTHER_PROVES)
			p->proved |= factor(t, line);
	}
	if (p->n < WAYS_LONGEST) {
		p->line[p->n] = line;
		p->code[p->n++] = code;
	}
	return code;
}

/* Moves to the next way through the tree. False after the last. */
static bool next(struct tree *t)
{
	size_t last = t->depth < WAYS_LONGEST ? t->depth : WAYS_LONGEST;

	while (last > 0 && t->choice[last - 1] + 1 >= t->choices[last - 1])
		t->choice[--last] = 0;
	if (last == 0)
		return false;
	t->choice[last - 1]++;
	return true;
}

static unsigned count(uint32_t bits)
{
	return (unsigned)__builtin_popcount(bits);
}

static size_t position(const struct stack_lines *lines, const struct stack_line *line)
{
	size_t i = 0;

	while (i < lines->n && lines->line[i] != line)
		i++;
	return i;
}

const struct stack_line *ways_passed_by(const struct stack *s, const struct ways_path *path)
{
	const struct stack_line *by = NULL;

	for (size_t i = 0; i < path->n && !path->ours; i++) {
		const struct stack_line *line = path->line[i];
		const struct stack_lines *all = &s->of[line->type];
		int action = line->control.action[path->code[i]];

		if ((action == ACTION_DONE || action > 0) &&
			position(all, line) < position(all, ours_first(s, line->type)))
			by = line;
	}
	return by;
}

bool ways_is_exemption(const struct stack_line *passed_by)
{
	return passed_by && others_kind(passed_by) == OTHER_CONDITION &&
		passed_by->control.action[CODE_SUCCESS] != ACTION_DONE;
}

/* What came of all ways through a stack; by whether our module accepted a code. */
struct ends {
	bool found[2];
	struct ways_path best[2]; /* the way in with the fewest factors */
	bool has_hole;
	struct ways_path hole;
};

static void take_end(struct tree *t, struct ends *ends)
{
	const struct ways_path *path = &t->path;
	bool a = path->accepted;

	if (!ends->found[a] || count(path->proved) < count(ends->best[a].proved))
		ends->best[a] = *path;
	ends->found[a] = true;
	if (a || ends->has_hole)
		return;
	ends->has_hole = !ways_is_exemption(ways_passed_by(t->ways->stack, path));
	if (ends->has_hole)
		ends->hole = *path;
}

static bool has_reset(const struct stack *s)
{
	for (int type = 0; type < N_STACK_TYPES; type++)
		for (size_t i = 0; i < s->of[type].n; i++)
			for (int code = 0; code < N_CODES; code++)
				if (s->of[type].line[i]->control.action[code] == ACTION_RESET)
					return true;
	return false;
}

/* False: no memory. */
static bool play_all(struct tree *t, enum play_call call, struct ends *ends)
{
	struct play p = {.stack = t->ways->stack, .lib = t->ways->lib, .answer = answer, .data = t};
	bool more = play_begin(&p), made = more;

	*ends = (struct ends){.has_hole = false};
	t->resets = has_reset(t->ways->stack);
	while (more) {
		int code;

		t->depth = 0;
		t->dead = false;
		t->path = (struct ways_path){.proved = t->way == WAY_PROMPT ? 0U : FACTOR_KEY};
		p.suspended = false;
		code = play_call(&p, call);
		if (code == CODE_SUCCESS || (call == PLAY_ACCOUNT && code == CODE_NEW_AUTHTOK_REQD))
			take_end(t, ends);
		t->ways->too_many = ++t->ways->n_played > MOST;
		more = !t->ways->too_many && next(t);
	}
	play_end(&p);
	return made;
}

static bool find_account(
	struct ways *w, enum way way, enum outcome outcome, bool accepted, struct ways_end *end)
{
	struct tree t = {.ways = w, .way = way, .outcome = outcome, .accepted = accepted};
	struct ends ends;

	if (!play_all(&t, PLAY_ACCOUNT, &ends))
		return false;
	end->in = ends.found[0];
	end->account = ends.best[0];
	end->has_hole = ends.has_hole;
	end->hole = ends.hole;
	return true;
}

bool ways_account(struct ways *w, enum way way, enum outcome outcome, struct ways_end *end)
{
	*end = (struct ways_end){.factors = way == WAY_PROMPT ? 0 : 1};
	return find_account(w, way, outcome, false, end);
}

bool ways_find(struct ways *w, enum way way, enum outcome outcome, struct ways_end *end)
{
	struct tree t = {.ways = w, .way = way, .outcome = outcome};
	struct ends ends;

	if (way == WAY_KEY)
		return ways_account(w, way, outcome, end);
	*end = (struct ways_end){.in = false};
	if (!play_all(&t, PLAY_AUTH, &ends))
		return false;
	for (int accepted = 0; accepted < 2; accepted++) {
		struct ways_end one = {.in = false};

		if (!ends.found[accepted])
			continue;
		if (!find_account(w, way, outcome, accepted, &one))
			return false;
		one.auth = ends.best[accepted];
		one.factors = count(one.auth.proved);
		if (one.in && (!end->in || one.factors < end->factors))
			*end = one;
	}
	end->has_hole = ends.has_hole;
	end->hole = ends.hole;
	return true;
}

const struct stack_line *ways_let_in(const struct ways_path *path)
{
	for (size_t i = path->n; i > 0; i--) {
		int action = path->line[i - 1]->control.action[path->code[i - 1]];

		if (path->code[i - 1] == CODE_SUCCESS &&
			(action == ACTION_OK || action == ACTION_DONE))
			return path->line[i - 1];
	}
	return NULL;
}
