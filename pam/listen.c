#include "listen.h"

#include <security/pam_ext.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "clean.h"

static int broken(struct talk *talk, const char *why)
{
	clean_text(talk->reason, sizeof(talk->reason), why);
	return LISTEN_BROKEN;
}

static int not_read(struct talk *talk, int error)
{
	switch (error) {
	case RECORD_TIMEOUT:
		clean_text(talk->reason, sizeof(talk->reason), "the helper gave no answer in time");
		return LISTEN_SILENT;
	case RECORD_EOF:
		return broken(talk, "the helper ended without a result");
	case RECORD_BROKEN:
		return broken(talk, "the helper sent a malformed record");
	default:
		snprintf(talk->reason, sizeof(talk->reason), "cannot read from the helper: %m");
		return LISTEN_BROKEN;
	}
}

/* Stands in the log without quotes, so it is exactly what it is said to be. */
static bool take_account(struct talk *talk, const char *text)
{
	if (strlen(text) != ACCOUNT_DIGITS || strspn(text, "0123456789") != ACCOUNT_DIGITS)
		return false;
	memcpy(talk->account, text, ACCOUNT_DIGITS + 1);
	return true;
}

int listen_next(pam_handle_t *pamh, const struct options *opt, struct record_reader *r,
	int64_t *left_ms, struct talk *talk)
{
	int64_t start_ms = monotonic_ms();
	int64_t deadline_ms = start_ms + *left_ms;
	bool until = false, key_id = false, request_id = false;
	int heard = 0;

	/* Threat: a flood that keeps the reader busy past its deadline. Each fact comes once. */
	for (;;) {
		struct record rec;
		int rc = record_read(r, deadline_ms, &rec);
		char *text;

		if (rc != RECORD_OK) {
			heard = not_read(talk, rc);
			break;
		}
		if (opt->debug)
			pam_syslog(pamh, LOG_DEBUG, "helper: %s", rec.word);
		if (strcmp(rec.word, WORD_UNTIL) == 0 && !until) {
			until = true;
			talk->until = record_number(rec.text);
			if (talk->until >= 0)
				continue;
		} else if (strcmp(rec.word, WORD_ACCOUNT) == 0 && !talk->account[0]) {
			if (take_account(talk, rec.text))
				continue;
		} else if (strcmp(rec.word, WORD_KEY_ID) == 0 && !key_id) {
			key_id = true;
			clean_text(talk->key_id, sizeof(talk->key_id), rec.text);
			continue;
		} else if (strcmp(rec.word, WORD_REQUEST_ID) == 0 && !request_id) {
			request_id = true;
			clean_text(talk->request_id, sizeof(talk->request_id), rec.text);
			continue;
		} else if (strcmp(rec.word, WORD_ASK) == 0 && rec.text_len == 0) {
			heard = LISTEN_ASK;
			break;
		} else if (strcmp(rec.word, WORD_IDLE) == 0) {
			heard = LISTEN_IDLE;
			break;
		} else if (strcmp(rec.word, WORD_RESULT) == 0) {
			heard = record_result(rec.text, &text);
			if (heard >= 0) {
				clean_text(talk->reason, sizeof(talk->reason), text);
				break;
			}
		}
		heard = broken(talk, "the helper sent a record that is not the protocol");
		break;
	}
	*left_ms -= monotonic_ms() - start_ms;
	return heard;
}
