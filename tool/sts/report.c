#include "report.h"

#include "monotonic.h"
#include "words_sts.h"

#include <inttypes.h>
#include <string.h>

#define TIMEOUT_MS 10000

int64_t report_deadline(void)
{
	return monotonic_ms() + TIMEOUT_MS;
}

bool report(struct peer *to, const char *word, const char *text)
{
	return peer_write(to, report_deadline(), word, text) == RECORD_OK;
}

bool report_number(struct peer *to, const char *word, int64_t number)
{
	return peer_printf(to, report_deadline(), word, "%" PRId64, number) == RECORD_OK;
}

bool report_pieces(struct peer *to, const char *word, const char *text)
{
	static char piece[TOKEN_PIECE + 1]; /* its pages are rarely needed */
	bool ok;

	if (strlen(text) <= TOKEN_PIECE)
		return report(to, word, text);
	do {
		/* NOLINTNEXTLINE(clang-analyzer-core.*): an accepted answer has a token */
		size_t len = strnlen(text, TOKEN_PIECE);

		memcpy(piece, text, len);
		piece[len] = '\0';
		ok = report(to, word, piece);
		text += len;
	} while (ok && *text);
	explicit_bzero(piece, sizeof(piece));
	return ok;
}

void report_result(struct peer *to, const struct error *e)
{
	peer_printf(to, report_deadline(), WORD_RESULT, "%d %s", e->status, e->text);
}

bool report_origin(struct peer *to, const struct client *c, const char *request_id)
{
	if (c->clock.heard && !report_number(to, WORD_SERVER_TIME, clock_server(&c->clock)))
		return false;
	return !request_id ||
		peer_printf(to, report_deadline(), WORD_REQUEST_ID, "%.100s", request_id) ==
		RECORD_OK;
}

void report_steps(struct peer *to, const struct client *c)
{
	struct steps s = connection_steps(c->connection);

	if (s.done >= 0)
		peer_printf(to, report_deadline(), WORD_STEPS,
			"%d %" PRId64 " %" PRId64 " %" PRId64, s.done, s.dns_us, s.tcp_us,
			s.tls_us);
}

void report_debug(struct peer *to, const char *what, const struct client *c,
	const struct reply *reply, int64_t began_ms)
{
	peer_printf(to, report_deadline(), WORD_DEBUG,
		"%s: %s (%s) answered HTTP %ld after %" PRId64 " ms; clock corrected by %lld s",
		what, c->endpoint.host, reply->peer, reply->status, monotonic_ms() - began_ms,
		(long long)c->clock.skew);
}
