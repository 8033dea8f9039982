/*
 * One connection to one endpoint, kept open between requests. It MUST guarantee:
 *
 * - It uses https with TLS 1.2 or newer and a verified certificate, or http to a loopback address.
 * - It ignores the environment, the home, and any .curlrc, .netrc or cookie file. It follows no
 *   redirect. It uses no proxy but the given one.
 * - It never resends a request that spends a code or changes something at AWS, once the request
 *   has begun on a connection. libcurl itself resends a POST when a reused connection dies
 *   unanswered (seen with 7.88).
 * - It keeps at most 1 MiB of an answer, and never waits past the deadline.
 */
#ifndef AWS_MFA_STS_CONNECTION_H
#define AWS_MFA_STS_CONNECTION_H

#include "awake.h"
#include "endpoint.h"
#include "error.h"
#include "steps.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct connection;

struct outgoing {
	const char *const *headers; /* "Name: value", NULL-terminated; must include Host */
	const char *body;           /* NULL: GET, else POST */
	size_t len;
	bool once;   /* never send it twice */
	int wake_fd; /* once it is readable, wait one more second at most; -1: no descriptor */
	int64_t deadline_ms; /* monotonic_ms() */
	int64_t timeout_ms;  /* of the whole refresh; this request may have less */
};

struct reply {
	long status;
	const char *body; /* valid until the next call; do not free */
	size_t len;
	time_t date;   /* the server's time, or -1 */
	char peer[64]; /* the server's address */
	struct awake awake;
};

/*
 * ca_bundle, proxy and no_proxy may be NULL. All are copied. Returns STATUS_OK, or STATUS_CONFIG or
 * STATUS_SYSTEM with *e filled. Call connection_close() in every case, also if *out is NULL.
 */
enum status connection_open(struct connection **out, const struct endpoint *ep,
	const char *ca_bundle, const char *proxy, const char *no_proxy, struct error *e);

/*
 * Sends a request on the open connection. Opens a new connection if there is none, or if the server
 * has sent bytes or closed it. Tries once more if an attempt fails before the request begins.
 *
 * Returns STATUS_OK with *reply filled, whatever the HTTP status is, or another status with *e
 * filled. STATUS_UNAVAILABLE means that AWS had its time (awake.h). A caller that takes a reply for
 * an outage must check awake_throughout().
 */
enum status connection_send(
	struct connection *c, const struct outgoing *out, struct reply *reply, struct error *e);

/* How far the last request came, and how long each step took (handle.h). */
struct steps connection_steps(const struct connection *c);

/*
 * Returns the socket of the idle connection, or -1 if there is none. The connection is good until
 * the socket becomes readable.
 */
int connection_socket(const struct connection *c);

/* Overwrites the last answer. */
void connection_wipe(struct connection *c);

/* Wipes the answer and leaves the rest: the process must end next. */
void connection_close(struct connection *c);

#endif
