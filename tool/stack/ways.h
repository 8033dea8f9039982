/*
 * Who gets in: plays a stack with every answer that its modules may give, for one way into the
 * service and one outcome of our module.
 */
#ifndef AWS_MFA_STACK_WAYS_H
#define AWS_MFA_STACK_WAYS_H

#include "ours.h"
#include "play.h"

#include <stdint.h>

enum way {
	WAY_BOTH,   /* sshd: a key, then PAM's questions */
	WAY_PROMPT, /* PAM's questions */
	WAY_KEY,    /* sshd: a key; auth is skipped */
	N_WAYS
};

const char *way_name(enum way way);

enum { WAYS_LONGEST = 48 };

/* The modules that were called on one way through a stack, and what they answered. */
struct ways_path {
	size_t n;
	const struct stack_line *line[WAYS_LONGEST];
	int code[WAYS_LONGEST];
	uint32_t proved; /* factors, as bits */
	bool accepted;   /* our module accepted a code */
	bool ours;       /* a line of ours was called */
};

struct ways_end {
	bool in;
	unsigned factors;               /* that were proved, on the way with the fewest */
	struct ways_path auth, account; /* that way */
	/* Auth, or account where that was played alone, succeeds with no code accepted, and no
	 * exemption is why: what its modules answered. */
	bool has_hole;
	struct ways_path hole;
};

struct ways {
	const struct stack *stack;
	const struct libpam *lib;
	const char *user; /* conditions are tried for this user; NULL: for all */
	bool by_caller;   /* the service runs for a caller who is not root, as su does */
	size_t n_played;
	bool too_many; /* so many ways that not all were played */
};

/* False: no memory. */
bool ways_find(struct ways *w, enum way way, enum outcome outcome, struct ways_end *end);

/* Plays account alone, with no code accepted. */
bool ways_account(struct ways *w, enum way way, enum outcome outcome, struct ways_end *end);

/*
 * The line of the path that ended the stack, or jumped, above the first line of ours, which the
 * path does not call; NULL if there is none.
 */
const struct stack_line *ways_passed_by(const struct stack *s, const struct ways_path *path);

/* A condition such as "user ingroup admins" leaves some users out by a jump: that is meant so. */
bool ways_is_exemption(const struct stack_line *passed_by);

/* The line of the path that let in: the last that answered success and was not ignored. */
const struct stack_line *ways_let_in(const struct ways_path *path);

#endif
