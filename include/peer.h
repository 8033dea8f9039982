/*
 * One end of a conversation. Records are read and written in turn: by the conversation's table
 * (words.h), as OpenSSH's monitor permits requests (monitor.c, mon_table). A peer that sends a
 * record out of turn is broken, and nothing more is taken from it.
 *
 *	peer_init(&p, &words_pam, CHILD, LOGIN_STARTED, RECORD_FD, buf);
 *	peer_write(&p, deadline_ms, WORD_ASK, NULL);
 *	if (peer_read(&p, deadline_ms, &rec) == RECORD_OK)
 *		... rec is a `code`, since after `ask` nothing else may come ...
 *	record_reader_wipe(&p.reader);
 */
#ifndef AWS_MFA_PEER_H
#define AWS_MFA_PEER_H

#include "record.h"
#include "words.h"

struct peer {
	struct record_reader reader;
	const struct words *words;
	enum side me;
	unsigned state;
	bool broken;                    /* nothing more is read */
	unsigned char count[RULES_MAX]; /* how often each row's word has come */
};

/* me: whose end this is. buf[words->line_max] and fd stay the caller's. */
void peer_init(
	struct peer *p, const struct words *words, enum side me, unsigned state, int fd, char *buf);

/*
 * record_read() of a record in turn. One out of turn, or with a text that is not the word's, is
 * RECORD_BROKEN, and rec->word names it; where the line itself is malformed, rec->word is NULL.
 * Whatever is read afterwards is RECORD_BROKEN, too.
 */
enum record_error peer_read(struct peer *p, int64_t deadline_ms, struct record *rec);

/* record_write() in turn. RECORD_BROKEN, and nothing sent, where it would be out of turn. */
enum record_error peer_write(
	struct peer *p, int64_t deadline_ms, const char *word, const char *text);

/*
 * peer_write() of a formatted text, which is cut (at a character) rather than refused when longer
 * than a line or RECORD_MAX_PAM. Its control characters become spaces. Never for secrets: it makes
 * a copy that is not wiped.
 */
enum record_error peer_printf(struct peer *p, int64_t deadline_ms, const char *word,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
