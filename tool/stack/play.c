#include "play.h"

#include <stdlib.h>
#include <string.h>

enum { NEGATIVE = -1, UNDECIDED = 0, POSITIVE = 1 };
#define NOT_FROZEN (-1)

/* While one call runs. */
struct run {
	struct play *play;
	const struct stack_lines *lines;
	size_t at;
	enum play_call call;
	struct play_state now;
};

static const struct {
	enum stack_type type;
	bool follows; /* takes the way that the call before it went */
} calls[N_PLAY_CALLS] = {
	[PLAY_AUTH] = {STACK_AUTH, false},
	[PLAY_SETCRED] = {STACK_AUTH, true},
	[PLAY_ACCOUNT] = {STACK_ACCOUNT, false},
	[PLAY_OPEN_SESSION] = {STACK_SESSION, false},
	[PLAY_CLOSE_SESSION] = {STACK_SESSION, true},
};

bool play_begin(struct play *p)
{
	bool made = true;

	p->suspended = false;
	for (int type = 0; type < N_STACK_TYPES; type++) {
		size_t n = p->stack->of[type].n;

		p->frozen[type] = malloc((n + 1) * sizeof(int));
		for (size_t i = 0; p->frozen[type] && i < n; i++)
			p->frozen[type][i] = NOT_FROZEN;
		made = made && p->frozen[type];
	}
	return made;
}

void play_end(struct play *p)
{
	for (int type = 0; type < N_STACK_TYPES; type++)
		free(p->frozen[type]);
}

static int level(const struct run *r, size_t at)
{
	return r->lines->line[at]->level;
}

static bool has_next(const struct run *r, int lowest)
{
	return r->at + 1 < r->lines->n && level(r, r->at + 1) >= lowest;
}

static void take_ok(struct run *r, int answer, int decides)
{
	/* A setcred that ignores what auth did not ignore changes nothing. */
	if (answer == CODE_IGNORE && decides != CODE_IGNORE)
		return;
	if (r->now.impression == UNDECIDED ||
		(r->now.impression == POSITIVE && r->now.status == CODE_SUCCESS))
		r->now = (struct play_state){POSITIVE, answer};
}

static void take_bad(struct run *r, int answer)
{
	if (r->now.impression != NEGATIVE)
		r->now = (struct play_state){
			NEGATIVE, answer == CODE_IGNORE ? CODE_PERM_DENIED : answer};
}

/* A whole substack is one line. */
static void jump(struct run *r, int lines)
{
	int own = level(r, r->at);

	while (lines > 0 && has_next(r, own)) {
		do
			r->at++;
		while (has_next(r, own + 1));
		lines--;
	}
	if (lines != 0)
		r->now = (struct play_state){NEGATIVE, CODE_PERM_DENIED};
}

/* Nothing more of this substack, or of the whole stack. */
static void leave(struct run *r)
{
	int own = level(r, r->at);

	while (has_next(r, own))
		r->at++;
}

static void act(struct run *r, int action, int answer, int decides)
{
	int own = level(r, r->at);

	switch (action) {
	case ACTION_IGNORE:
		break;
	case ACTION_RESET:
		r->now = r->play->entered[own];
		break;
	case ACTION_OK:
	case ACTION_DONE:
		take_ok(r, answer, decides);
		if (action == ACTION_DONE && r->now.impression == POSITIVE)
			leave(r);
		break;
	case ACTION_BAD:
	case ACTION_DIE:
		take_bad(r, answer);
		if (action == ACTION_DIE)
			leave(r);
		break;
	default:
		/* Debian: "ignored as well as jumped over". */
		if (action > 0 && calls[r->call].follows && !r->play->lib->debian)
			take_ok(r, answer, decides);
		jump(r, action);
	}
}

static int ask(const struct run *r, const struct stack_line *line)
{
	return line->kind == STACK_MUST_FAIL ? CODE_PERM_DENIED
					     : r->play->answer(r->play->data, line, r->call);
}

/* Returns false if the module wants to be called again. */
static bool take_line(struct run *r)
{
	const struct stack_line *line = r->lines->line[r->at];
	int *frozen = &r->play->frozen[calls[r->call].type][r->at];
	int answer = ask(r, line), decides;

	if (answer == CODE_INCOMPLETE)
		return false;
	if (!calls[r->call].follows)
		*frozen = answer;
	decides = *frozen == NOT_FROZEN ? answer : *frozen;
	if (decides < 0 || decides >= N_CODES)
		act(r, ACTION_BAD, CODE_PERM_DENIED, decides);
	else
		act(r, line->control.action[decides], answer, decides);
	return true;
}

static void suspend(struct run *r)
{
	struct play *p = r->play;

	p->suspended = true;
	p->waits = r->call;
	p->at = r->at;
	p->former = r->now;
}

static int run(struct run *r)
{
	int before = 0;
	size_t from = 0;

	r->now = (struct play_state){UNDECIDED, CODE_PERM_DENIED};
	if (r->play->suspended) {
		r->now = r->play->former;
		from = r->play->at;
		r->play->suspended = false;
	} else {
		r->play->entered[0] = r->now;
	}
	for (r->at = 0; r->at < r->lines->n; r->at++) {
		int own = level(r, r->at);

		if (r->at >= from) {
			if (before < own)
				r->play->entered[own] = r->now;
			if (r->lines->line[r->at]->kind != STACK_SUBSTACK && !take_line(r)) {
				suspend(r);
				return CODE_INCOMPLETE;
			}
		}
		before = own;
	}
	return r->now.status == CODE_SUCCESS && r->now.impression != POSITIVE ? CODE_PERM_DENIED
									      : r->now.status;
}

int play_call(struct play *p, enum play_call call)
{
	struct run r = {.play = p, .lines = &p->stack->of[calls[call].type], .call = call};

	if (p->suspended && p->waits != call)
		return CODE_ABORT;
	return r.lines->n == 0 ? CODE_PERM_DENIED : run(&r);
}
