/*
 * The shape of a conversation's table: which word may come when, from which side, how often, and
 * what comes after it. words_pam.h and words_sts.h are the two tables; peer.h holds both ends to
 * them. What no row allows is out of turn.
 */
#ifndef AWS_MFA_WORDS_H
#define AWS_MFA_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Words of both conversations. */
#define WORD_CODE "code"             /* DIGITS: what the person typed, six ASCII digits */
#define WORD_REQUEST_ID "request-id" /* ID: AWS's RequestId */
#define WORD_RESULT "result"         /* STATUS TEXT: enum status, and a line for a person */

enum side {
	PARENT, /* runs the other program */
	CHILD,  /* is run */
};

enum text {
	TEXT_ANY,
	TEXT_NONE,
	TEXT_NUMBER, /* what record_number() takes */
	TEXT_RESULT, /* STATUS TEXT, of the row's statuses */
};

/* A conversation is in one state at a time; each is a bit. */
#define STATE_ENDED 0x80U /* in every table: nothing may come any more */

/* For a row's statuses. */
#define STATUS_BIT(status) (1U << (status))

struct word_rule {
	const char *word;
	enum side from;
	uint8_t states; /* in which it may come */
	uint8_t next;   /* the state after it; 0: the state stays, and is not entered anew */
	uint8_t most;   /* how often it may come; 0: any number */
	bool here;      /* most counts anew whenever a state is entered */
	uint8_t text;   /* enum text */
	uint16_t statuses;
};

#define RULES_MAX 48

struct words {
	const struct word_rule *rules;
	size_t n; /* RULES_MAX at most */
	size_t line_max;
};

/* For the tables: how often. */
#define AT_MOST(n) .most = (n)
#define AT_MOST_HERE(n) .most = (n), .here = true

#endif
