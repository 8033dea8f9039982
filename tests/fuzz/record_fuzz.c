/* The records: whatever a peer sends, one comes out whole and clean, or the reader ends it. */
#include "fuzz.h"

#include "record.h"

#include <sys/socket.h>
#include <unistd.h>

#define LINE_MAX_SIZE 256 /* small, so that too long a line is soon found */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char buf[LINE_MAX_SIZE];
	const char *text;
	struct record_reader r;
	struct record rec;
	int pair[2], rc;

	if (size > 65536 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
		return 0;
	MUST(send(pair[0], data, size, MSG_DONTWAIT) == (ssize_t)size || size == 0);
	close(pair[0]);
	record_reader_init(&r, pair[1], buf, sizeof(buf));
	while ((rc = record_read(&r, 0, &rec)) == RECORD_OK) {
		MUST(rec.word[0] &&
			strspn(rec.word, "abcdefghijklmnopqrstuvwxyz-") == strlen(rec.word));
		MUST(strlen(rec.text) == rec.text_len && rec.text_len < sizeof(buf));
		for (size_t i = 0; i < rec.text_len; i++)
			MUST((unsigned char)rec.text[i] >= ' ' && rec.text[i] != 0x7f);
		MUST(record_number(rec.text) >= -1);
		rc = record_result(rec.text, &text);
		MUST(rc >= -1 && rc <= 99);
	}
	MUST(rc == RECORD_EOF || rc == RECORD_BROKEN);
	record_reader_wipe(&r);
	close(pair[1]);
	return 0;
}
