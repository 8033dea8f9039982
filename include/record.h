/*
 * The records that the three programs exchange over socketpairs. Each record is one line:
 *
 *	word [SP text] LF
 *
 * The word is [a-z-]+. The text is UTF-8 without control characters. Codes and secrets travel here
 * and nowhere else. A peer is broken if its line is too long or malformed; the reader must end that
 * peer.
 *
 * This file is the framing. words_pam.h and words_sts.h define the words. peer.h checks that each
 * word comes in turn. The helper's end of a socketpair is always descriptor RECORD_FD.
 */
#ifndef AWS_MFA_RECORD_H
#define AWS_MFA_RECORD_H

#include "descriptors.h"
#include "status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_FD 3
#define RECORD_MAX_PAM 4096U  /* a line between the module and aws-mfa, LF included */
#define RECORD_MAX_STS 65536U /* a line between aws-mfa and aws-mfa-sts, LF included */

enum record_error {
	RECORD_OK = 0,
	RECORD_EOF = -1,     /* the peer has closed; RECORD_BROKEN if half a line came before */
	RECORD_TIMEOUT = -2, /* the deadline has passed */
	RECORD_BROKEN = -3,  /* too long, malformed or out of turn (peer.h): end the peer */
	RECORD_FAILED = -4,  /* errno says why */
};

/* Points into the reader's buffer. Valid until the next record_read(). */
struct record {
	const char *word;
	char *text; /* never NULL; empty if there is none */
	size_t text_len;
	struct descriptors with; /* the caller closes them; none, unless the reader takes them */
};

struct record_reader {
	int fd;
	char *buf;
	size_t size;
	size_t start, end; /* bytes received and not yet returned */
	bool takes_descriptors;
	struct descriptors came; /* with the byte before came_end, and not yet returned */
	size_t came_end;
};

/*
 * Prepares *r to read records from the socket fd, or from a pipe with O_NONBLOCK. The caller keeps
 * buf[size]. A line may have size
 * bytes at most. Allocates nothing.
 */
void record_reader_init(struct record_reader *r, int fd, char *buf, size_t size);

/*
 * From now on, records may come with descriptors. They belong to the record that holds the last
 * byte that came with them. Too many of them, or more before that record is read, are
 * RECORD_BROKEN. Other readers never get a descriptor: the kernel drops what is sent to them.
 */
void record_reader_take_descriptors(struct record_reader *r);

/*
 * Waits for one record until deadline_ms (monotonic.h; -1 waits for ever). Returns RECORD_OK and
 * fills *rec, or returns another enum record_error. A signal does not end the wait. Checks the word
 * and looks for control characters, but does not check UTF-8.
 */
enum record_error record_read(struct record_reader *r, int64_t deadline_ms, struct record *rec);

/* True if a whole line is in the buffer. Then the next record_read() does not wait. */
bool record_pending(const struct record_reader *r);

/* Overwrites everything received: it may hold codes and secrets. Closes descriptors in *r. */
void record_reader_wipe(struct record_reader *r);

/*
 * Sends one record, without SIGPIPE. text may be NULL or empty. The descriptors go with the record,
 * and the caller keeps its own; with may be NULL. Returns RECORD_BROKEN and sends nothing if text
 * holds a control character or the line is longer than max.
 */
enum record_error record_write(int fd, size_t max, int64_t deadline_ms, const char *word,
	const char *text, const struct descriptors *with);

/*
 * Appends one record to buf, which holds *len of its size bytes, instead of sending it. Returns
 * RECORD_BROKEN as record_write(), or RECORD_FAILED if it does not fit.
 */
enum record_error record_append(
	char *buf, size_t size, size_t *len, size_t max, const char *word, const char *text);

/* Sends whole records that record_append() has put together. */
enum record_error record_send(int fd, int64_t deadline_ms, const char *buf, size_t len);

/*
 * Makes text fit for a record. Cuts it at a character, to room bytes at most. Replaces control
 * characters of ASCII with spaces, and nothing else: who shows the text cleans it.
 */
void record_fit(char *text, size_t room);

/*
 * Parses the text of a `result`: STATUS, one space, TEXT. Returns the status (0..99) and points
 * *text to TEXT. Returns STATUS_MALFORMED for anything else.
 */
enum status record_result(const char *result, const char **text);

/* Parses all of s as a decimal number without sign or space. Returns -1 for anything else. */
int64_t record_number(const char *s);

#endif
