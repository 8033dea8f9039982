/*
 * One connection to one endpoint, kept open between requests. It MUST guarantee:
 *
 * - https with TLS 1.2 or newer and a verified certificate, or http to a loopback address;
 * - nothing of the environment, the home or a .curlrc, .netrc or cookie file counts; no redirect
 *   is followed; no proxy but the one given;
 * - once a request that spends a code has begun on a connection, it is never sent again: libcurl
 *   resends a POST of its own accord when a reused connection dies unanswered (seen with 7.88);
 * - no answer beyond 1 MiB is kept, and none is waited for beyond the deadline.
 */
#ifndef AWS_MFA_STS_CONNECTION_H
#define AWS_MFA_STS_CONNECTION_H

#include "awake.h"
#include "endpoint.h"
#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct connection;

struct outgoing {
	const char *const *headers; /* "Name: value", NULL-terminated; Host among them */
	const char *body;           /* NULL: GET, else POST */
	size_t len;
	bool spends_code;
	int wake_fd;         /* once this is readable, only a second more is waited; -1: nothing */
	int64_t deadline_ms; /* monotonic_ms() */
	int64_t timeout_ms;  /* of the whole, of which this request may have a part only */
};

struct reply {
	long status;
	const char *body; /* the connection's, until the next call */
	size_t len;
	time_t date;   /* the server's, or -1 */
	char peer[64]; /* the address it came from */
	struct awake awake;
};

/*
 * ca_bundle, proxy and no_proxy may be NULL; all is copied. Returns STATUS_OK, or STATUS_CONFIG or
 * STATUS_SYSTEM with *e filled. Ends with connection_close(), which may be given NULL.
 */
enum status connection_open(struct connection **out, const struct endpoint *ep,
	const char *ca_bundle, const char *proxy, const char *no_proxy, struct error *e);

/*
 * Sends a request on the open connection, or on a new one where there is none or it is no longer
 * quiet. Returns STATUS_OK with *reply filled, whatever HTTP status came; or a status with *e
 * filled. Failures before a request began are tried once more. STATUS_UNAVAILABLE only where AWS
 * had its time (awake.h). A caller that takes a reply for an outage must ask awake_throughout().
 */
enum status connection_send(
	struct connection *c, const struct outgoing *out, struct reply *reply, struct error *e);

/* The idle socket, to be watched: it is good until it becomes readable. -1 when there is none. */
int connection_socket(const struct connection *c);

/* Overwrites the last answer. */
void connection_wipe(struct connection *c);

/* The process must end next: what is no secret ends with it. */
void connection_close(struct connection *c);

#endif
