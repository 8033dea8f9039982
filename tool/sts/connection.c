#include "connection.h"

#include "awake.h"
#include "boottime.h"
#include "failure.h"
#include "handle.h"
#include "headers.h"
#include "monotonic.h"
#include "proxy.h"
#include "status.h"
#include "threads.h"
#include "trust.h"

#include <curl/curl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ATTEMPTS 2
#define RETRY_AFTER_MS 250L
#define HURRY_MS 1000
#define GLANCE_MS 20 /* a shorter wait proves nothing, so it does not count as idle */

struct connection {
	struct handle handle;
	CURLM *multi;
	char host[300];
	char proxy_host[300];
	struct awake awake; /* over all attempts of one request */
	int socket;         /* of the connection that libcurl keeps open, or -1 */
	bool stuck;         /* the last transfer still looks up a name */
};

enum status connection_open(struct connection **out, const struct endpoint *ep,
	const char *ca_bundle, const char *proxy, const char *no_proxy, struct error *e)
{
	struct connection *c = calloc(1, sizeof(*c));
	struct trust trust = {.file = NULL};
	enum status rc;

	*out = c;
	if (!c)
		return error_set(e, STATUS_SYSTEM, "out of memory");
	c->socket = -1;
	snprintf(c->host, sizeof(c->host), "%s", ep->host);
	if (ep->loopback_only) {
		proxy = NULL;
	} else {
		rc = trust_choose(ca_bundle, &trust, e);
		if (rc == STATUS_OK && proxy)
			rc = proxy_name(proxy, c->proxy_host, sizeof(c->proxy_host), e);
		if (rc != STATUS_OK)
			return rc;
	}
	if (!handle_open(&c->handle, ep, &trust, proxy, no_proxy))
		return error_set(e, STATUS_SYSTEM, "libcurl cannot be set up; out of memory?");
	return STATUS_OK;
}

struct steps connection_steps(const struct connection *c)
{
	return handle_steps(&c->handle);
}

int connection_socket(const struct connection *c)
{
	return c->socket;
}

static bool is_quiet(const struct connection *c)
{
	struct pollfd p = {.fd = c->socket, .events = POLLIN | POLLRDHUP};

	return p.fd >= 0 && poll(&p, 1, 0) == 0;
}

/*
 * A multi handle is a pool of connections. libcurl checks only once a second which of them are
 * dead. It could send a code on a dead connection although a good one is there. So the pool never
 * holds more than one connection, which we watch.
 */
static bool drop_connection(struct connection *c)
{
	/* Removing the transfer would wait for the thread that resolves: leave both behind. */
	if (c->stuck)
		c->handle.easy = curl_easy_duphandle(c->handle.easy);
	else
		curl_multi_cleanup(c->multi);
	c->stuck = false;
	c->multi = curl_multi_init();
	c->socket = -1;
	return c->multi != NULL;
}

/* Waits for the transfer, for wake_fd or for wait_ms, and notes how the time passed. */
static bool wait_awake(struct connection *c, struct curl_waitfd *wake, int64_t wait_ms)
{
	enum awake_span span = SPAN_BUSY;
	int64_t start_ms = boottime_ms();
	int ready = 0;

	awake_look(&c->awake, start_ms, SPAN_BUSY);
	if (curl_multi_poll(c->multi, wake, wake->fd >= 0,
		    wait_ms < AWAKE_WAIT_MS ? (int)wait_ms : AWAKE_WAIT_MS, &ready) != CURLM_OK)
		return false;
	if (ready == 0 && boottime_ms() - start_ms >= GLANCE_MS)
		span = handle_stage(&c->handle) == STAGE_RESOLVE && threads_are_held_up()
			? SPAN_HELD
			: SPAN_IDLE;
	awake_look(&c->awake, boottime_ms(), span);
	return true;
}

/* Runs the transfer that the handle describes. */
static CURLcode run(struct connection *c, int wake_fd, int64_t deadline_ms)
{
	struct curl_waitfd wake = {.fd = wake_fd, .events = CURL_WAIT_POLLIN};
	const CURLMsg *msg;
	int running = 1, left;
	CURLcode rc = CURLE_OUT_OF_MEMORY;

	c->socket = -1;
	if (curl_multi_add_handle(c->multi, c->handle.easy) != CURLM_OK)
		return rc;
	for (;;) {
		int64_t wait_ms = deadline_ms - monotonic_ms();

		/* Check before libcurl looks: an answer that comes too late does not count. */
		if (wait_ms <= 0) {
			rc = CURLE_OPERATION_TIMEDOUT;
			goto out;
		}
		if (curl_multi_perform(c->multi, &running) != CURLM_OK || running == 0)
			break;
		if (!wait_awake(c, &wake, wait_ms))
			goto out;
		if (wake.fd >= 0 && wake.revents) {
			wake.fd = -1;
			if (deadline_ms > monotonic_ms() + HURRY_MS)
				deadline_ms = monotonic_ms() + HURRY_MS;
		}
	}
	msg = curl_multi_info_read(c->multi, &left);
	if (msg && msg->msg == CURLMSG_DONE)
		rc = msg->data.result;
	/* Ask now: libcurl forgets the socket when the handle is removed. */
	if (rc != CURLE_OK ||
		curl_easy_getinfo(c->handle.easy, CURLINFO_ACTIVESOCKET, &c->socket) != CURLE_OK)
		c->socket = -1;
out:
	awake_look(&c->awake, boottime_ms(), SPAN_BUSY);
	c->stuck = running > 0 && handle_stage(&c->handle) == STAGE_RESOLVE;
	if (!c->stuck)
		curl_multi_remove_handle(c->multi, c->handle.easy);
	return rc;
}

static void take_reply(const struct connection *c, struct reply *reply)
{
	const struct handle *h = &c->handle;
	const char *address = NULL;
	long port = 0;

	*reply = (struct reply){.body = h->body.bytes ? h->body.bytes : "",
		.len = h->body.len,
		.date = h->date,
		.awake = c->awake};
	curl_easy_getinfo(h->easy, CURLINFO_PRIMARY_IP, &address);
	curl_easy_getinfo(h->easy, CURLINFO_PRIMARY_PORT, &port);
	snprintf(reply->peer, sizeof(reply->peer), "%.46s port %ld", address ? address : "?", port);
	curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &reply->status);
}

/* Judge each attempt by itself: the attempt before may have been disturbed or failed by chance. */
static enum status explain(
	const struct connection *c, const struct failure *f, int64_t timeout_ms, struct error *e)
{
	enum status rc = failure_explain(f, e);
	bool counts = f->code == CURLE_OPERATION_TIMEDOUT ? awake_long_enough(&c->awake, timeout_ms)
							  : awake_throughout(&c->awake);

	return rc == STATUS_UNAVAILABLE && !counts ? awake_excuse(&c->awake, e) : rc;
}

enum status connection_send(
	struct connection *c, const struct outgoing *out, struct reply *reply, struct error *e)
{
	struct curl_slist *headers = headers_list(out->headers);
	const struct timespec pause = {.tv_nsec = RETRY_AFTER_MS * 1000000};
	enum status rc;

	if (!headers)
		return error_set(e, STATUS_SYSTEM, "out of memory");
	c->awake = (struct awake){0};
	for (int attempt = 1;; attempt++) {
		struct failure f;
		CURLcode code;

		if ((!is_quiet(c) && !drop_connection(c)) ||
			!handle_prepare(&c->handle, headers, out->body, out->len, out->once,
				out->deadline_ms - monotonic_ms())) {
			rc = error_set(e, STATUS_SYSTEM, "out of memory");
			break;
		}
		awake_begin(&c->awake, boottime_ms());
		code = run(c, out->wake_fd, out->deadline_ms);
		if (code == CURLE_OK) {
			take_reply(c, reply);
			rc = STATUS_OK;
			break;
		}
		f = handle_failure(&c->handle, code);
		f.host = c->host;
		f.proxy_host = c->proxy_host[0] ? c->proxy_host : NULL;
		if (attempt < ATTEMPTS && failure_may_retry(&f) &&
			out->deadline_ms - monotonic_ms() > 2 * RETRY_AFTER_MS) {
			nanosleep(&pause, NULL);
			continue;
		}
		rc = explain(c, &f, out->timeout_ms, e);
		break;
	}
	handle_release(&c->handle);
	headers_wipe(headers);
	return rc;
}

void connection_wipe(struct connection *c)
{
	body_wipe(&c->handle.body);
}

void connection_close(struct connection *c)
{
	/*
	 * Do not call curl_easy_cleanup(). The socket, TLS's keys and libcurl's memory end with the
	 * process, at once. Cleaning up would take a fiftieth of a refresh.
	 */
	if (c)
		body_free(&c->handle.body);
}
