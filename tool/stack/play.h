/*
 * Plays a stack: what libpam answers to an application, when each module answers what we say.
 *
 * How to use it: play_begin(), then play_call() for each function of libpam that the application
 * calls, in its order; play_end().
 */
#ifndef AWS_MFA_STACK_PLAY_H
#define AWS_MFA_STACK_PLAY_H

#include "stack.h"

enum play_call {
	PLAY_AUTH,
	PLAY_SETCRED,
	PLAY_ACCOUNT,
	PLAY_OPEN_SESSION,
	PLAY_CLOSE_SESSION,
	N_PLAY_CALLS
};

/* The answer of the module of a line; CODE_MODULE_UNKNOWN if it cannot be called. */
typedef int play_answer(void *data, const struct stack_line *line, enum play_call call);

struct play_state {
	int impression, status;
};

enum { PLAY_LEVELS = 16 };

/* The caller fills the first four. The functions below use the rest. */
struct play {
	const struct stack *stack;
	const struct libpam *lib;
	play_answer *answer;
	void *data;

	int *frozen[N_STACK_TYPES]; /* what each line answered to the first of two calls */
	bool suspended;             /* a module answered CODE_INCOMPLETE */
	enum play_call waits;       /* the call that has to come again */
	size_t at;                  /* ... and the line to go on with */
	struct play_state former, entered[PLAY_LEVELS];
};

/* False: no memory. */
bool play_begin(struct play *p);
int play_call(struct play *p, enum play_call call);
void play_end(struct play *p);

#endif
