/*
 * One end of a conversation. The conversation's table (words.h) says which record may come now.
 * OpenSSH's monitor permits requests in the same way (monitor.c, mon_table). A peer that sends a
 * record out of turn is broken: nothing more is read from it.
 *
 *	peer_init(&p, &words_pam, CHILD, LOGIN_STARTED, RECORD_FD, buf);
 *	peer_write(&p, deadline_ms, WORD_ASK, NULL);
 *	if (peer_read(&p, deadline_ms, &rec) == RECORD_OK)
 *		... rec is a `code`: after `ask` only a `code` may come ...
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
	unsigned char count[RULES_MAX]; /* how often each row has allowed a record */
	char *held;                     /* records that wait to be sent; NULL: none wait */
	size_t held_size, held_len;
};

/* me is the side of this end. The caller keeps buf[words->line_max] and fd. */
void peer_init(
	struct peer *p, const struct words *words, enum side me, unsigned state, int fd, char *buf);

/*
 * Like record_read(), but refuses a record that is out of turn or does not have its word's text.
 * Then it returns RECORD_BROKEN, and rec->word names the word. rec->word is NULL if the line is
 * malformed. After RECORD_BROKEN, every call returns RECORD_BROKEN. A record must come with exactly
 * the descriptors that its row names.
 */
enum record_error peer_read(struct peer *p, int64_t deadline_ms, struct record *rec);

/* Like record_write(). Returns RECORD_BROKEN and sends nothing if the record is out of turn. */
enum record_error peer_write(
	struct peer *p, int64_t deadline_ms, const char *word, const char *text);

/* Like peer_write(), for a record that goes with descriptors. The caller keeps its own. */
enum record_error peer_write_with(struct peer *p, int64_t deadline_ms, const char *word,
	const char *text, const struct descriptors *with);

/*
 * From now on peer_write() puts records without descriptors into buf[size], and sends them when it
 * is full. The reader then wakes once for all of them. Does nothing if records are held already.
 */
void peer_hold(struct peer *p, char *buf, size_t size);

/* Sends what is held, wipes it, and holds no more. Returns RECORD_OK if nothing is held. */
enum record_error peer_release(struct peer *p, int64_t deadline_ms);

/*
 * Like peer_write(), for a formatted text. Cuts the text at a character if it is longer than a line
 * or RECORD_MAX_PAM. Replaces control characters with spaces. Do not use it for secrets: it makes a
 * copy and does not wipe it.
 */
enum record_error peer_printf(struct peer *p, int64_t deadline_ms, const char *word,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
