/*
 * aws-mfa-sts: trades long-term keys and an MFA code for a session at AWS STS. aws-mfa(1) runs it
 * with a socket as descriptor 3, and speaks with it over this socket only (include/words_sts.h). It
 * MUST guarantee:
 *
 * - It sends a code at most once, and only after the connection is warmed up.
 * - It sends the code to the endpoint only (connection.h says how). It sends the secret key
 *   nowhere.
 * - It writes no file. It reads only CA certificates, the resolver's files, and /proc/self/task for
 *   its own threads.
 * - It ends with its parent.
 */
#include "body.h"
#include "client.h"
#include "code.h"
#include "confine.h"
#include "error.h"
#include "libraries.h"
#include "peer.h"
#include "spend.h"
#include "status.h"
#include "version.h"
#include "warmup.h"
#include "words_sts.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* How long the connection is kept warm for a person, and how often it is opened again. */
#define WAIT_WARM_MS (5 * INT64_C(60000))
#define REWARM_MAX 20
#define REWARM_PAUSE_MS 1000
#define REWARM_TIMEOUT_MS 5000

/* A parent that does not read for so long counts as gone. */
#define REPORT_TIMEOUT_MS 10000

/* Whatever token an answer may hold can be reported. */
_Static_assert((size_t)TOKEN_PIECE *TOKEN_PIECES >= BODY_MAX, "TOKEN_PIECES");

static char line_buffer[RECORD_MAX_STS];
static struct peer aws_mfa;

static int64_t soon(int64_t ms)
{
	return monotonic_ms() + ms;
}

/* Returns false if aws-mfa is gone. */
static bool report(const char *word, const char *text)
{
	return peer_write(&aws_mfa, soon(REPORT_TIMEOUT_MS), word, text) == RECORD_OK;
}

static void report_result(const struct error *e)
{
	peer_printf(&aws_mfa, soon(REPORT_TIMEOUT_MS), WORD_RESULT, "%d %s", e->status, e->text);
}

static void debug(
	const char *what, const struct client *c, const struct reply *reply, int64_t began_ms)
{
	peer_printf(&aws_mfa, soon(REPORT_TIMEOUT_MS), WORD_DEBUG,
		"%s: %s (%s) answered HTTP %ld after %" PRId64 " ms; clock corrected by %lld s",
		what, c->endpoint.host, reply->peer, reply->status, monotonic_ms() - began_ms,
		(long long)c->clock.skew);
}

/* Wipes the record buffer, unless it holds unread bytes. */
static void forget_records(void)
{
	if (aws_mfa.reader.start == aws_mfa.reader.end)
		record_reader_wipe(&aws_mfa.reader);
}

/*
 * Waits until aws-mfa sends something, and keeps the connection open meanwhile. Servers close idle
 * connections, and a person must not wait for a new one after Enter. The wait has limits: a server
 * may close every connection at once, and the person may have left.
 */
static void stay_warm(struct client *c)
{
	int64_t until = soon(WAIT_WARM_MS);
	int64_t rewarm_at = soon(REWARM_PAUSE_MS);
	int rewarmed = 0;
	/* A server that sends "Connection: close" will send it again. */
	bool keeps = connection_socket(c->connection) >= 0;

	while (keeps && !record_pending(&aws_mfa.reader)) {
		struct pollfd p[2] = {{.fd = RECORD_FD, .events = POLLIN},
			{.fd = connection_socket(c->connection), .events = POLLIN | POLLRDHUP}};
		bool gone = p[1].fd < 0 || poll(&p[1], 1, 0) != 0;
		int64_t now = monotonic_ms();
		int64_t next = gone ? rewarm_at : until;

		if (now >= until || (gone && rewarmed == REWARM_MAX))
			return;
		if (poll(p, gone ? 1 : 2, next > now ? (int)(next - now) : 0) != 0) {
			if (p[0].revents)
				return;
			continue;
		}
		if (gone && monotonic_ms() >= rewarm_at) {
			rewarmed++;
			warmup_again(c, RECORD_FD, soon(REWARM_TIMEOUT_MS));
			rewarm_at = soon(REWARM_PAUSE_MS);
		}
	}
}

/*
 * Waits for a code. The time that a person takes does not count. If no `deadline` comes before the
 * code, the rest of the last one starts now.
 */
static enum heard await_code(struct client *c, char code[static CODE_DIGITS + 1], struct error *e)
{
	int64_t *deadline_ms = &c->parameters.deadline_ms;
	int64_t left = *deadline_ms - monotonic_ms();
	bool renewed = false;
	struct record rec;

	stay_warm(c);
	for (;;) {
		enum record_error rc = peer_read(&aws_mfa, -1, &rec);

		if (rc == RECORD_EOF)
			return HEARD_END;
		if (rc != RECORD_OK)
			return heard_fault(e);
		if (strcmp(rec.word, WORD_DEADLINE) != 0)
			break;
		*deadline_ms = record_number(rec.text);
		renewed = true;
	}
	if (rec.text_len > CODE_DIGITS)
		return heard_fault(e);
	if (!renewed)
		*deadline_ms = soon(left);
	memcpy(code, rec.text, rec.text_len + 1);
	explicit_bzero(rec.text, rec.text_len);
	forget_records();
	return HEARD;
}

/* Sends the token in as many records as needed: aws-mfa joins them. */
static bool report_token(const char *token)
{
	char piece[TOKEN_PIECE + 1];
	bool ok;

	do {
		/* NOLINTNEXTLINE(clang-analyzer-core.*): an accepted answer has a token */
		size_t len = strnlen(token, TOKEN_PIECE);

		memcpy(piece, token, len);
		piece[len] = '\0';
		ok = report(WORD_SESSION_TOKEN, piece);
		token += len;
	} while (ok && *token);
	explicit_bzero(piece, sizeof(piece));
	return ok;
}

static bool report_credentials(const struct client *c, const struct answer *a, time_t expires)
{
	char seconds[24], server_time[24];

	snprintf(seconds, sizeof(seconds), "%lld", (long long)expires);
	snprintf(server_time, sizeof(server_time), "%lld", (long long)clock_server(&c->clock));
	if (!report(WORD_ACCESS_KEY_ID, answer_field(a, FIELD_ACCESS_KEY_ID)) ||
		!report(WORD_SECRET_ACCESS_KEY, answer_field(a, FIELD_SECRET_ACCESS_KEY)) ||
		!report_token(answer_field(a, FIELD_SESSION_TOKEN)) ||
		!report(WORD_EXPIRATION, seconds) ||
		(c->clock.heard && !report(WORD_SERVER_TIME, server_time)))
		return false;
	if (a->request_id)
		peer_printf(&aws_mfa, soon(REPORT_TIMEOUT_MS), WORD_REQUEST_ID, "%.100s",
			a->request_id);
	return true;
}

/* Spends a code and reports the result. Returns the status. */
static enum status answer_code(struct client *c, const char *code, struct error *e)
{
	struct answer a = {0};
	time_t expires = 0;
	enum status rc;

	if (!code_is_exact(code))
		rc = error_set(e, STATUS_WRONG_CODE, "a code has six digits");
	else
		rc = spend_code(c, code, c->parameters.deadline_ms, &a, &expires, e);
	if (rc == STATUS_OK)
		error_set(e, STATUS_OK, "accepted by %s", c->endpoint.host);
	if (rc != STATUS_OK || report_credentials(c, &a, expires))
		report_result(e);
	answer_free(&a);
	return rc;
}

/* Asks the server for its time: one more round trip on the open connection. */
static void ask_the_time(struct client *c)
{
	int64_t deadline_ms = soon(REWARM_TIMEOUT_MS);

	if (deadline_ms > c->parameters.deadline_ms)
		deadline_ms = c->parameters.deadline_ms;
	warmup_again(c, -1, deadline_ms);
}

/* Runs the dialogue after the settings. Returns the exit status, which is 0 if aws-mfa has gone. */
static enum status serve(struct client *c, struct error *e)
{
	int64_t began_ms = monotonic_ms();
	struct identity id;
	struct reply reply;
	char code[CODE_DIGITS + 1];
	enum status rc;

	rc = client_open(c, e);
	if (rc == STATUS_OK)
		rc = warmup(c, &id, &reply, e);
	if (rc != STATUS_OK) {
		report_result(e);
		return rc;
	}
	debug("warm-up", c, &reply, began_ms);
	if (id.account[0])
		peer_printf(
			&aws_mfa, soon(REPORT_TIMEOUT_MS), WORD_READY, "%s %s", id.account, id.arn);
	else if (!report(WORD_READY, NULL))
		return STATUS_OK;
	do {
		enum heard heard = await_code(c, code, e);

		if (heard == HEARD_END)
			return STATUS_OK;
		if (heard == HEARD_FAULT) {
			report_result(e);
			return e->status;
		}
		if (clock_was_set(&c->clock))
			ask_the_time(c);
		rc = answer_code(c, code, e);
		explicit_bzero(code, sizeof(code));
	} while (rc == STATUS_WRONG_CODE);
	return rc;
}

static bool run_by_aws_mfa(void)
{
	int type;
	socklen_t len = sizeof(type);

	return getsockopt(RECORD_FD, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_STREAM;
}

int main(int argc, char **argv)
{
	struct client client = {0};
	enum heard heard = HEARD_FAULT;
	struct error e;
	enum status rc;

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("aws-mfa-sts " AWS_MFA_VERSION);
		return 0;
	}
	if (argc != 1 || !run_by_aws_mfa()) {
		fputs("aws-mfa-sts: only aws-mfa(1) can run this program; run aws-mfa\n", stderr);
		return STATUS_USAGE;
	}
	peer_init(&aws_mfa, &words_sts, CHILD, STS_SETTINGS, RECORD_FD, line_buffer);
	rc = confine(&e);
	if (rc == STATUS_OK)
		rc = libraries_start(&e);
	if (rc == STATUS_OK)
		heard = parameters_read(&aws_mfa, &client.parameters, &e);
	forget_records();
	if (heard == HEARD)
		rc = serve(&client, &e);
	else if (heard == HEARD_FAULT) {
		report_result(&e);
		rc = e.status;
	}
	client_close(&client);
	record_reader_wipe(&aws_mfa.reader);
	/* Do not call exit(): a resolver thread may still wait for an answer. */
	_exit((int)rc);
}
