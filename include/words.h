/*
 * The shape of a conversation's table. A row says which word may come, from which side, in which
 * state and how often, and which state follows. A record that no row allows is out of turn.
 * words_pam.h and words_sts.h declare the two tables. peer.h holds both ends to them.
 */
#ifndef AWS_MFA_WORDS_H
#define AWS_MFA_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Words of both conversations. */
#define WORD_CODE "code"             /* DIGITS: the code that the person typed, six ASCII digits */
#define WORD_REQUEST_ID "request-id" /* ID: AWS's RequestId */
#define WORD_RESULT "result"         /* STATUS TEXT: enum status, and a line for a person */
#define WORD_TIMEOUT "timeout"       /* SECONDS that a refresh may take */

enum side {
	PARENT, /* starts the other program */
	CHILD,  /* is the program that was started */
};

enum text {
	TEXT_ANY,
	TEXT_NONE,
	TEXT_NUMBER, /* a number, by record_number() */
	TEXT_RESULT, /* STATUS TEXT; the row has the allowed statuses */
};

/* Each state is a bit. A conversation is in one state at a time. */
#define STATE_ENDED 0x80U /* in every table: no record may follow */

/* The bit of a status in a row's statuses. */
#define STATUS_BIT(status) (1U << (status))

struct word_rule {
	const char *word;
	enum side from;
	uint8_t states; /* the states in which the word may come */
	uint8_t next;   /* the next state; 0: the state stays, and counts are kept */
	uint8_t most;   /* how often the word may come; 0: any number */
	bool here;      /* each new state starts the count again */
	uint8_t text;   /* enum text */
	uint8_t with;   /* how many descriptors come with it (record.h) */
	uint16_t statuses;
};

#define RULES_MAX 60

struct words {
	const struct word_rule *rules;
	size_t n; /* RULES_MAX at most */
	size_t line_max;
};

/* For the tables: how often a word may come, in all or since the last new state. */
#define AT_MOST(n) .most = (n)
#define AT_MOST_HERE(n) .most = (n), .here = true

#endif
