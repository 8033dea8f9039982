/*
 * aws-mfa-sts: trades long-term keys and an MFA code for a session at AWS STS, and makes other
 * calls to AWS. aws-mfa(1) runs it with a socket as descriptor 3, and speaks with it over this
 * socket only (include/words_sts.h). It MUST guarantee:
 *
 * - It sends a code at most once, and only after the connection is warmed up.
 * - It sends the code to the endpoint only (connection.h says how). It sends the secret key
 *   nowhere.
 * - It writes no file. It reads only CA certificates, the resolver's files, libraries, and
 *   /proc/self/task for its own threads. The kernel holds it to this, where it can (landlock.h,
 *   seccomp.h).
 * - It ends with its parent.
 */
#include "body.h"
#include "calls.h"
#include "client.h"
#include "code.h"
#include "confine.h"
#include "error.h"
#include "libraries.h"
#include "monotonic.h"
#include "peer.h"
#include "report.h"
#include "spend.h"
#include "status.h"
#include "version.h"
#include "warmup.h"
#include "words_sts.h"

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

/* Whatever token an answer may hold can be reported. */
_Static_assert((size_t)TOKEN_PIECE *TOKEN_PIECES >= BODY_MAX, "TOKEN_PIECES");

static char line_buffer[RECORD_MAX_STS];
static struct peer aws_mfa;

static int64_t soon(int64_t ms)
{
	return monotonic_ms() + ms;
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
		ok = report(&aws_mfa, WORD_SESSION_TOKEN, piece);
		token += len;
	} while (ok && *token);
	explicit_bzero(piece, sizeof(piece));
	return ok;
}

static bool report_credentials(const struct client *c, const struct answer *a, time_t expires)
{
	return report(&aws_mfa, WORD_ACCESS_KEY_ID, answer_field(a, FIELD_ACCESS_KEY_ID)) &&
		report(&aws_mfa, WORD_SECRET_ACCESS_KEY,
			answer_field(a, FIELD_SECRET_ACCESS_KEY)) &&
		report_token(answer_field(a, FIELD_SESSION_TOKEN)) &&
		report_number(&aws_mfa, WORD_EXPIRATION, expires) &&
		report_origin(&aws_mfa, c, a->request_id);
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
		report_result(&aws_mfa, e);
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
	char code[CODE_DIGITS + 1], who[sizeof(id.account) + sizeof(id.arn)];
	enum status rc;

	rc = client_open(c, SERVICE_STS, e);
	if (rc == STATUS_OK)
		rc = warmup(c, &id, &reply, e);
	if (rc != STATUS_OK) {
		report_result(&aws_mfa, e);
		return rc;
	}
	report_debug(&aws_mfa, "warm-up", c, &reply, began_ms);
	snprintf(who, sizeof(who), "%s %s", id.account, id.arn);
	if (!report(&aws_mfa, WORD_READY, id.account[0] ? who : NULL))
		return STATUS_OK;
	do {
		enum heard heard = await_code(c, code, e);

		if (heard == HEARD_END)
			return STATUS_OK;
		if (heard == HEARD_FAULT) {
			report_result(&aws_mfa, e);
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
	if (heard == HEARD && confine_for_network(client.parameters.ca_bundle, &e) != STATUS_OK)
		heard = HEARD_FAULT;
	if (heard == HEARD && client.parameters.call)
		rc = calls_serve(&aws_mfa, &client.parameters);
	else if (heard == HEARD)
		rc = serve(&client, &e);
	else if (heard == HEARD_FAULT) {
		report_result(&aws_mfa, &e);
		rc = e.status;
	}
	client_close(&client);
	record_reader_wipe(&aws_mfa.reader);
	/* Do not call exit(): a resolver thread may still wait for an answer. */
	_exit((int)rc);
}
