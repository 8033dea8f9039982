/* Which words are in turn in each conversation, in full. The tables must say the same. */
#ifndef TESTS_TURNS_H
#define TESTS_TURNS_H

#include "words.h"

/* In this state, from this side, one of these words (and of these statuses) may come. */
struct turn {
	unsigned state;
	enum side from;
	const char *words;    /* with blanks around each */
	const char *statuses; /* "": not a result; or BARE */
	unsigned next;
	unsigned times;
};

#define BARE "bare"    /* not a result, and without a text */
#define ANY_NUMBER 200 /* more are not tried */

struct conversation {
	const struct words *words;
	const struct turn *turns[2]; /* two lists; the second may be NULL */
	unsigned states[9];
};

enum { N_CONVERSATIONS = 3 };
extern const struct conversation conversations[N_CONVERSATIONS];

#endif
