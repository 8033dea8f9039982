/*
 * The records the three programs exchange over socketpairs: one line each,
 *
 *	word [SP text] LF
 *
 * word is [a-z-]+, text is UTF-8 without control characters. Codes and secrets travel here and
 * nowhere else. A line that is too long or malformed is a broken peer: the reader ends it.
 *
 * This is the framing. words_pam.h and words_sts.h have the words, and peer.h reads and writes them
 * in turn. The helper's end of a socketpair is always descriptor RECORD_FD.
 */
#ifndef AWS_MFA_RECORD_H
#define AWS_MFA_RECORD_H

#include "status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_FD 3
#define RECORD_MAX_PAM 4096U  /* a line between the module and aws-mfa, LF included */
#define RECORD_MAX_STS 65536U /* a line between aws-mfa and aws-mfa-sts, LF included */

enum record_error {
	RECORD_OK = 0,
	RECORD_EOF = -1,     /* the peer closed; a half line before it is RECORD_BROKEN */
	RECORD_TIMEOUT = -2, /* the deadline passed */
	RECORD_BROKEN = -3,  /* too long or malformed: end the peer */
	RECORD_FAILED = -4,  /* errno says why */
};

/* Points into the reader's buffer; good until the next record_read(). */
struct record {
	const char *word;
	char *text; /* never NULL, empty where there is none */
	size_t text_len;
};

struct record_reader {
	int fd;
	char *buf;
	size_t size;
	size_t start, end; /* bytes received and not yet returned */
};

/* Milliseconds of CLOCK_MONOTONIC; the same clock in every process of the machine. */
int64_t monotonic_ms(void);

/*
 * Reads records from the socket fd. buf[size] stays the caller's; size is the longest line
 * taken. Nothing is allocated.
 */
void record_reader_init(struct record_reader *r, int fd, char *buf, size_t size);

/*
 * Waits until deadline_ms (monotonic_ms(); -1 waits for ever) for one record. Returns RECORD_OK
 * and fills *rec, or another enum record_error. Interrupting signals are waited through. Word and
 * control characters are checked, UTF-8 is not.
 */
enum record_error record_read(struct record_reader *r, int64_t deadline_ms, struct record *rec);

/* True when a whole line is there already, so that the next record_read() does not wait. */
bool record_pending(const struct record_reader *r);

/* Overwrites all that was received: codes and secrets may be among it. */
void record_reader_wipe(struct record_reader *r);

/*
 * Sends one record without raising SIGPIPE. text may be NULL or empty. RECORD_BROKEN when text
 * holds a control character or the line would be longer than max: nothing was sent then.
 */
enum record_error record_write(
	int fd, size_t max, int64_t deadline_ms, const char *word, const char *text);

/*
 * Makes text fit for a record: cuts it to room bytes at most, at a character, and puts spaces in
 * place of control characters.
 */
void record_fit(char *text, size_t room);

/*
 * Parses a `result` text: STATUS, one space, TEXT. Returns the status (0..99) and points *text
 * behind the space, or STATUS_MALFORMED.
 */
enum status record_result(const char *result, const char **text);

/* Parses all of s as a non-negative decimal without sign or space. Returns -1 when it is none. */
int64_t record_number(const char *s);

#endif
