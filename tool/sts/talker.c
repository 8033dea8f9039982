#include "talker.h"

#include "body.h"
#include "calls.h"
#include "client.h"
#include "confine.h"
#include "error.h"
#include "libraries.h"
#include "monotonic.h"
#include "peer.h"
#include "report.h"
#include "spend.h"
#include "warmup.h"
#include "words_signer.h"
#include "words_sts.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

/* How long the connection is kept warm for a person, and how often it is opened again. */
#ifndef WAIT_WARM_MS
#define WAIT_WARM_MS (5 * INT64_C(60000))
#endif
#define REWARM_MAX 20
#define REWARM_PAUSE_MS 1000
#define REWARM_TIMEOUT_MS 5000

/* Whatever token an answer may hold can be reported. */
_Static_assert((size_t)TOKEN_PIECE *TOKEN_PIECES >= BODY_MAX, "TOKEN_PIECES");

static struct peer signer;
static char held[4096]; /* what is put together for one write */

static int64_t soon(int64_t ms)
{
	return monotonic_ms() + ms;
}

/*
 * Waits until the signer sends something, and keeps the connection open meanwhile. Servers close
 * idle connections, and a person must not wait for a new one after Enter. The wait has limits: a
 * server may close every connection at once, and the person may have left.
 */
static void stay_warm(struct client *c)
{
	int64_t until = soon(WAIT_WARM_MS);
	int64_t rewarm_at = soon(REWARM_PAUSE_MS);
	int rewarmed = 0;
	/* A server that sends "Connection: close" will send it again. */
	bool keeps = connection_socket(c->connection) >= 0;

	while (keeps && !record_pending(&signer.reader)) {
		struct pollfd p[2] = {{.fd = signer.reader.fd, .events = POLLIN},
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
			warmup_again(c, signer.reader.fd, soon(REWARM_TIMEOUT_MS));
			rewarm_at = soon(REWARM_PAUSE_MS);
		}
	}
}

/* Waits until a code may be spent. Returns false if the signer has gone. */
static bool await_code(struct client *c)
{
	struct record rec;

	stay_warm(c);
	while (peer_read(&signer, -1, &rec) == RECORD_OK) {
		if (strcmp(rec.word, WORD_DEADLINE) != 0)
			return true;
		c->parameters.deadline_ms = record_number(rec.text);
	}
	return false;
}

static bool report_credentials(const struct client *c, const struct answer *a, time_t expires)
{
	return report(&signer, WORD_ACCESS_KEY_ID, answer_field(a, FIELD_ACCESS_KEY_ID)) &&
		report(&signer, WORD_SECRET_ACCESS_KEY, answer_field(a, FIELD_SECRET_ACCESS_KEY)) &&
		report_pieces(&signer, WORD_SESSION_TOKEN, answer_field(a, FIELD_SESSION_TOKEN)) &&
		report_number(&signer, WORD_EXPIRATION, expires) &&
		report_origin(&signer, c, a->request_id);
}

/* Returns the status of the code. */
static enum status spend_and_report(struct client *c, struct error *e)
{
	struct answer a = {0};
	time_t expires = 0;
	enum status rc = spend_code(c, c->parameters.deadline_ms, &a, &expires, e);

	peer_hold(&signer, held, sizeof(held));
	if (rc == STATUS_OK)
		error_set(e, STATUS_OK, "accepted by %s", c->endpoint.host);
	/* The user waits for the next code. Its time comes by the server's clock. */
	if (rc == STATUS_WRONG_CODE)
		report_origin(&signer, c, NULL);
	if (rc != STATUS_OK || report_credentials(c, &a, expires))
		report_result(&signer, e);
	peer_release(&signer, report_deadline());
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

/* Runs the dialogue after the settings. Returns the exit status, which is 0 if the signer has gone.
 */
static enum status serve(struct client *c, struct error *e)
{
	int64_t began_ms = monotonic_ms();
	struct identity id;
	struct reply reply;
	char who[sizeof(id.account) + sizeof(id.arn)];
	enum status rc;

	rc = client_open(c, SERVICE_STS, e);
	if (rc == STATUS_OK)
		rc = warmup(c, &id, &reply, e);
	if (rc != STATUS_OK) {
		report_result(&signer, e);
		return rc;
	}
	peer_hold(&signer, held, sizeof(held));
	report_debug(&signer, "warm-up", c, &reply, began_ms);
	snprintf(who, sizeof(who), "%s %s", id.account, id.arn);
	report(&signer, WORD_READY, id.account[0] ? who : NULL);
	if (peer_release(&signer, report_deadline()) != RECORD_OK)
		return STATUS_OK;
	do {
		if (!await_code(c))
			return STATUS_OK;
		if (clock_was_set(&c->clock))
			ask_the_time(c);
		rc = spend_and_report(c, e);
	} while (rc == STATUS_WRONG_CODE);
	return rc;
}

enum status talker_run(int signer_fd)
{
	static char line_buffer[RECORD_MAX_STS];
	struct client client = {.signer = &signer};
	enum heard heard = HEARD_FAULT;
	enum status rc = STATUS_OK;
	struct error e;

	peer_init(&signer, &words_signer, CHILD, STS_SETTINGS, signer_fd, line_buffer);
	if (libraries_start(&e) == STATUS_OK)
		heard = parameters_read(&signer, NULL, &client.parameters, &e);
	if (heard == HEARD &&
		confine_talker(client.parameters.ca_bundle, client.parameters.gives_up_root, &e) !=
			STATUS_OK)
		heard = HEARD_FAULT;
	if (heard == HEARD && client.parameters.call)
		calls_serve(&signer, &client.parameters);
	else if (heard == HEARD)
		rc = serve(&client, &e);
	else if (heard == HEARD_FAULT) {
		report_result(&signer, &e);
		rc = e.status;
	}
	client_close(&client);
	record_reader_wipe(&signer.reader);
	return rc;
}
