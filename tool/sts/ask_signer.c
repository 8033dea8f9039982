#include "ask_signer.h"

#include "status.h"
#include "wiped.h"
#include "words_signer.h"
#include "words_sts.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum record_error ask(
	struct peer *signer, time_t server_time, const char *marker, int64_t deadline_ms)
{
	char text[MARKER_MAX + 32];

	snprintf(text, sizeof(text), "%lld%s%s", (long long)server_time, marker ? " " : "",
		marker ? marker : "");
	return peer_write(signer, deadline_ms, WORD_SIGN, text);
}

static bool take_text(char *to, size_t size, const struct record *rec)
{
	if (rec->text_len >= size)
		return false;
	memcpy(to, rec->text, rec->text_len + 1);
	return true;
}

/* Reads the answer, and wipes the records: they may hold a code and a token. */
static enum status take(
	struct peer *signer, int64_t deadline_ms, struct request *r, struct error *e)
{
	enum status rc = STATUS_OK;
	bool fits = true, whole = false;
	struct record rec;

	while (rc == STATUS_OK && fits && !whole) {
		enum record_error got = peer_read(signer, deadline_ms, &rec);

		if (got == RECORD_EOF)
			_exit(STATUS_SYSTEM);
		if (got != RECORD_OK)
			return error_set(e, STATUS_SYSTEM,
				got == RECORD_TIMEOUT
					? "the time was over before the request was signed; allow more with --timeout"
					: "the request cannot be signed; out of memory?");
		whole = strcmp(rec.word, WORD_SIGNED) == 0;
		if (whole) {
			fits = take_text(r->date, sizeof(r->date), &rec);
		} else if (strcmp(rec.word, WORD_BODY) == 0) {
			fits = take_text(r->body + r->len, sizeof(r->body) - r->len, &rec);
			r->len += fits ? rec.text_len : 0;
		} else if (strcmp(rec.word, WORD_AUTHORIZATION) == 0) {
			fits = take_text(r->authorization, sizeof(r->authorization), &rec);
		} else if (strcmp(rec.word, WORD_SESSION_TOKEN) == 0) {
			if (!wiped_append(&r->token, rec.text, rec.text_len))
				rc = error_set(e, STATUS_SYSTEM, "out of memory");
		} else {
			fits = false;
		}
		explicit_bzero(rec.text, rec.text_len);
	}
	if (signer->reader.start == signer->reader.end)
		record_reader_wipe(&signer->reader);
	return fits ? rc : error_set(e, STATUS_SYSTEM, "the request cannot be signed");
}

enum status ask_signer(struct peer *signer, time_t server_time, const char *marker,
	int64_t deadline_ms, struct request *r, struct error *e)
{
	enum record_error rc = ask(signer, server_time, marker, deadline_ms);

	if (rc == RECORD_EOF)
		_exit(STATUS_SYSTEM);
	if (rc != RECORD_OK)
		return error_set(e, STATUS_SYSTEM, "the request cannot be signed");
	return take(signer, deadline_ms, r, e);
}
