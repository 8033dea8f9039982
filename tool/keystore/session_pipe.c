#include "session_pipe.h"

#include "monotonic.h"
#include "peer.h"
#include "words_pam.h"
#include "words_sts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORD_ROLE "role"
#define WORD_END "end"

enum { SENDING = 1 };

/* clang-format off */
static const struct word_rule rules[] = {
	{WORD_PROFILE,           PARENT, SENDING, AT_MOST(1)},
	{WORD_ROLE,              PARENT, SENDING, AT_MOST(1)},
	{WORD_ACCESS_KEY_ID,     PARENT, SENDING, AT_MOST(1)},
	{WORD_SECRET_ACCESS_KEY, PARENT, SENDING, AT_MOST(1)},
	{WORD_SESSION_TOKEN,     PARENT, SENDING, AT_MOST(1)},
	{WORD_EXPIRATION,        PARENT, SENDING, AT_MOST(1), .text = TEXT_NUMBER},
	{WORD_END,               PARENT, SENDING, STATE_ENDED, .text = TEXT_NONE},
};
/* clang-format on */

static const struct words words = {rules, sizeof(rules) / sizeof(rules[0]), SESSION_PIPE_MAX};

enum status session_pipe_check(int fd, struct error *e)
{
	int flags = fcntl(fd, F_GETFL);
	struct stat st;

	if (flags >= 0 && (flags & O_ACCMODE) == O_WRONLY && fstat(fd, &st) == 0 &&
		S_ISFIFO(st.st_mode) && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0)
		return STATUS_OK;
	return error_set(e, STATUS_SYSTEM, "the module sent no pipe for the session");
}

/* Adds a line to b if there is room. Nothing if text is NULL. */
static bool add(struct secret *b, const char *word, const char *text)
{
	size_t size = text ? strlen(word) + strlen(text) + 2 : 0;

	if (size == 0)
		return true;
	if (b->size + size > SESSION_PIPE_MAX)
		return false;
	secret_add(b, word, strlen(word));
	secret_add(b, " ", *text ? 1 : 0);
	secret_add(b, text, strlen(text));
	secret_add(b, "\n", 1);
	return true;
}

static bool put(struct secret *b, const struct parcel *p)
{
	char expiration[32];

	snprintf(expiration, sizeof(expiration), "%jd", (intmax_t)p->session.expiration);
	return add(b, WORD_PROFILE, p->profile) && add(b, WORD_ROLE, p->role) &&
		add(b, WORD_ACCESS_KEY_ID, p->session.access_key_id.data) &&
		add(b, WORD_SECRET_ACCESS_KEY, p->session.secret_access_key.data) &&
		add(b, WORD_SESSION_TOKEN, p->session.session_token.data) &&
		add(b, WORD_EXPIRATION, expiration) && add(b, WORD_END, "");
}

enum status session_pipe_write(int fd, const struct parcel *p, struct error *e)
{
	struct secret b = {0};
	ssize_t n;
	enum status rc = STATUS_OK;

	if (!secret_make(&b, SESSION_PIPE_MAX))
		return error_set(e, STATUS_NOT_STORED, "the session is lost: %s", strerror(errno));
	if (!put(&b, p)) {
		rc = error_set(e, STATUS_NOT_STORED, "the session is too long to be stored");
		goto out;
	}
	do
		n = write(fd, b.data, b.size);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno != EAGAIN)
		rc = error_set(e, STATUS_NOT_STORED, "the session cannot be handed over: %s",
			strerror(errno));
	else if (n < (ssize_t)b.size)
		rc = error_set(e, STATUS_NOT_STORED,
			"the session cannot be handed over: its pipe is too small");
out:
	secret_free(&b);
	return rc;
}

/* Keeps what a line holds. False: no memory. */
static bool keep(struct parcel *p, const struct record *rec)
{
	const struct {
		const char *word;
		const char **string;
		struct secret *secret;
	} places[] = {
		{WORD_PROFILE, &p->profile, NULL},
		{WORD_ROLE, &p->role, NULL},
		{WORD_ACCESS_KEY_ID, NULL, &p->session.access_key_id},
		{WORD_SECRET_ACCESS_KEY, NULL, &p->session.secret_access_key},
		{WORD_SESSION_TOKEN, NULL, &p->session.session_token},
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (strcmp(rec->word, places[i].word) != 0)
			continue;
		if (places[i].secret)
			return secret_copy(places[i].secret, rec->text, rec->text_len);
		*places[i].string = strdup(rec->text);
		return *places[i].string != NULL;
	}
	if (strcmp(rec->word, WORD_EXPIRATION) == 0)
		p->session.expiration = (time_t)record_number(rec->text);
	return true;
}

enum status session_pipe_read(int fd, int64_t deadline_ms, struct parcel *p, struct error *e)
{
	struct secret room = {0};
	enum record_error rc = RECORD_OK;
	struct peer serve;
	bool good = true;

	*p = (struct parcel){0};
	(void)fcntl(fd, F_SETFL, O_NONBLOCK); /* a failure shows when the descriptor is read */
	if (!secret_make(&room, SESSION_PIPE_MAX))
		return error_system(e, "session");
	peer_init(&serve, &words, CHILD, SENDING, fd, room.data);
	while (good && rc == RECORD_OK && serve.state != STATE_ENDED) {
		struct record rec;

		rc = peer_read(&serve, deadline_ms, &rec);
		good = rc == RECORD_OK && keep(p, &rec);
	}
	good = good && p->profile && p->session.access_key_id.data &&
		p->session.secret_access_key.data && p->session.session_token.data &&
		p->session.expiration > 0;
	record_reader_wipe(&serve.reader);
	secret_free(&room);
	return good ? STATUS_OK
		    : error_set(e, STATUS_SYSTEM, "no whole session came from aws-mfa serve");
}

void parcel_free(struct parcel *p)
{
	secret_free_string(p->profile);
	secret_free_string(p->role);
	session_free(&p->session);
	*p = (struct parcel){0};
}
