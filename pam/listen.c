#include "listen.h"

#include <security/pam_ext.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "clean.h"
#include "monotonic.h"
#include "words_pam.h"

static const char *who(const struct talk *talk)
{
	return talk->who ? talk->who : "the helper";
}

static enum listen broken(struct talk *talk, const char *why)
{
	snprintf(talk->reason, sizeof(talk->reason), "%s %s", who(talk), why);
	return LISTEN_BROKEN;
}

static enum listen not_this(struct talk *talk, const struct record *rec)
{
	bool is_result = strcmp(rec->word, WORD_RESULT) == 0;
	size_t digits = is_result ? strspn(rec->text, "0123456789") : 0;

	snprintf(talk->reason, sizeof(talk->reason),
		"%s sent '%.32s%s%.*s' out of turn or with a wrong text", who(talk), rec->word,
		digits > 0 ? " " : "", digits < 3 ? (int)digits : 0, rec->text);
	return LISTEN_BROKEN;
}

static enum listen not_read(struct talk *talk, enum record_error error, const struct record *rec)
{
	switch (error) {
	case RECORD_TIMEOUT:
		broken(talk, "gave no answer in time");
		return LISTEN_SILENT;
	case RECORD_EOF:
		broken(talk, "ended without a result");
		return LISTEN_GONE;
	case RECORD_BROKEN:
		if (rec->word)
			return not_this(talk, rec);
		return broken(talk, "sent a malformed record");
	default:
		snprintf(talk->reason, sizeof(talk->reason), "cannot read from %s: %m", who(talk));
		return LISTEN_BROKEN;
	}
}

/* The log shows it without quotes, so check its form exactly. */
static bool take_account(struct talk *talk, const char *text)
{
	if (strlen(text) != ACCOUNT_DIGITS || strspn(text, "0123456789") != ACCOUNT_DIGITS)
		return false;
	memcpy(talk->account, text, ACCOUNT_DIGITS + 1);
	return true;
}

/* Copies the record into *talk. Returns false for a malformed account. */
static bool take_fact(struct talk *talk, const struct record *rec)
{
	if (strcmp(rec->word, WORD_UNTIL) == 0)
		talk->until = record_number(rec->text);
	else if (strcmp(rec->word, WORD_KEY_ID) == 0)
		clean_text(talk->key_id, sizeof(talk->key_id), rec->text);
	else if (strcmp(rec->word, WORD_REQUEST_ID) == 0)
		clean_text(talk->request_id, sizeof(talk->request_id), rec->text);
	else
		return take_account(talk, rec->text);
	return true;
}

enum listen listen_next(pam_handle_t *pamh, const struct options *opt, struct peer *helper,
	int64_t *left_ms, struct talk *talk)
{
	int64_t start_ms = monotonic_ms();
	int64_t deadline_ms = start_ms + *left_ms;
	struct record rec;
	const char *text;
	enum listen heard;

	/* Threat: a flood of records keeps us reading past the deadline. */
	for (;;) {
		enum record_error rc = peer_read(helper, deadline_ms, &rec);

		if (rec.word && opt->debug)
			pam_syslog(pamh, LOG_DEBUG, "helper: %s", rec.word);
		if (rc != RECORD_OK) {
			heard = not_read(talk, rc, &rec);
			/* NOLINTNEXTLINE(clang-analyzer-core.*): the record has a word */
		} else if (strcmp(rec.word, WORD_ASK) == 0) {
			heard = LISTEN_ASK;
		} else if (strcmp(rec.word, WORD_IDLE) == 0) {
			heard = LISTEN_IDLE;
		} else if (strcmp(rec.word, WORD_RESULT) == 0) {
			heard = LISTEN_RESULT;
			talk->status = record_result(rec.text, &text);
			clean_text(talk->reason, sizeof(talk->reason), text);
		} else if (take_fact(talk, &rec)) {
			continue;
		} else {
			heard = not_this(talk, &rec);
		}
		break;
	}
	*left_ms -= monotonic_ms() - start_ms;
	return heard;
}
