/*
 * The records: whatever a peer sends, the reader returns a whole and clean record, or ends the
 * peer.
 */
#include "fuzz.h"

#include "peer.h"
#include "words_pam.h"
#include "words_sts.h"

#include <sys/socket.h>
#include <unistd.h>

#define LINE_MAX_SIZE 256 /* small, so that too long a line is soon found */

/* The end of a socket from which the data can be read, and then the end. */
static int received(const uint8_t *data, size_t size)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
		return -1;
	MUST(send(pair[0], data, size, MSG_DONTWAIT) == (ssize_t)size || size == 0);
	close(pair[0]);
	return pair[1];
}

static void read_records(const uint8_t *data, size_t size)
{
	char buf[LINE_MAX_SIZE];
	const char *text;
	struct record_reader r;
	struct record rec;
	enum record_error rc;
	int fd = received(data, size);

	record_reader_init(&r, fd, buf, sizeof(buf));
	while ((rc = record_read(&r, 0, &rec)) == RECORD_OK) {
		MUST(rec.word[0] &&
			strspn(rec.word, "abcdefghijklmnopqrstuvwxyz-") == strlen(rec.word));
		MUST(strlen(rec.text) == rec.text_len && rec.text_len < sizeof(buf));
		for (size_t i = 0; i < rec.text_len; i++)
			MUST((unsigned char)rec.text[i] >= ' ' && rec.text[i] != 0x7f);
		MUST(record_number(rec.text) >= -1);
		MUST(record_result(rec.text, &text) >= -1 && record_result(rec.text, &text) <= 99);
	}
	MUST(rc == RECORD_EOF || rc == RECORD_BROKEN);
	record_reader_wipe(&r);
	close(fd);
}

/* The table lets nothing through after its end, or after the first record out of turn. */
static void read_in_turn(
	const struct words *words, enum side me, unsigned state, const uint8_t *data, size_t size)
{
	static char buf[RECORD_MAX_STS];
	struct record rec;
	struct peer p;
	enum record_error rc;
	int fd = received(data, size);

	peer_init(&p, words, me, state, fd, buf);
	while ((rc = peer_read(&p, 0, &rec)) == RECORD_OK)
		MUST(state != STATE_ENDED && (state = p.state) != 0);
	MUST(rc == RECORD_EOF || rc == RECORD_BROKEN);
	if (rc == RECORD_BROKEN)
		MUST(peer_read(&p, 0, &rec) == RECORD_BROKEN);
	record_reader_wipe(&p.reader);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 65536)
		return 0;
	read_records(data, size);
	read_in_turn(&words_pam, PARENT, LOGIN_STARTED, data, size);
	read_in_turn(&words_pam, PARENT, LOGIN_SPENDING, data, size);
	read_in_turn(&words_pam, PARENT, LOGIN_STORING, data, size);
	read_in_turn(&words_pam, CHILD, LOGIN_VERSION, data, size);
	read_in_turn(&words_sts, PARENT, STS_WARMING, data, size);
	read_in_turn(&words_sts, CHILD, STS_SETTINGS, data, size);
	return 0;
}
