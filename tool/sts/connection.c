#include "connection.h"

#include "awake.h"
#include "body.h"
#include "boottime.h"
#include "failure.h"
#include "headers.h"
#include "lack.h"
#include "loopback.h"
#include "proxy.h"
#include "record.h"
#include "status.h"
#include "threads.h"
#include "trust.h"
#include "version.h"

#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HEADERS_MAX (64U * 1024)
#define ATTEMPTS 2
#define RETRY_AFTER_MS 250
#define HURRY_MS 1000
#define GLANCE_MS 20 /* a shorter wait is no evidence of anything, and not worth a look */

struct connection {
	CURL *easy;
	CURLM *multi;
	char host[300];
	char proxy_host[300];
	bool loopback_only;
	char error[CURL_ERROR_SIZE];

	struct body body;
	size_t header_bytes;

	/* of the transfer under way */
	bool spends_code;
	bool started; /* the request begins on a connection that is set up and verified */
	bool tcp_connected;
	bool not_loopback;
	int socket_errno;
	int family; /* of the last socket */
	char peer[64];

	struct awake awake; /* during all transfers for one request */

	int socket; /* of the connection kept open by libcurl, or -1 */
};

static curl_socket_t on_open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct connection *c = data;
	int fd;

	(void)purpose;
	/* The code is out: a new socket could only serve to send it again. */
	if (c->spends_code && c->started)
		return CURL_SOCKET_BAD;
	if (c->loopback_only && !loopback_is_address(&address->addr)) {
		c->not_loopback = true;
		return CURL_SOCKET_BAD;
	}
	c->family = address->family;
	fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	/* A kernel without IPv6 says EAFNOSUPPORT; the next address may do. */
	if (fd < 0 && errno != EAFNOSUPPORT)
		c->socket_errno = errno;
	return fd;
}

/* CURLINFO_CONNECT_TIME_T is 0 until TLS is set up as well: it cannot tell the two apart. */
static int on_close_socket(void *data, curl_socket_t fd)
{
	struct connection *c = data;
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);

	if (getpeername(fd, (struct sockaddr *)&peer, &len) == 0)
		c->tcp_connected = true;
	return close(fd);
}

/* Called when a connection is set up and the first byte of the request is about to be sent. */
static int on_request(void *data, char *peer, char *local, int peer_port, int local_port)
{
	struct connection *c = data;

	(void)local;
	(void)local_port;
	if (c->spends_code && c->started)
		return CURL_PREREQFUNC_ABORT;
	c->started = true;
	snprintf(c->peer, sizeof(c->peer), "%.46s port %d", peer ? peer : "?", peer_port);
	return CURL_PREREQFUNC_OK;
}

static size_t on_header(char *text, size_t size, size_t n, void *data)
{
	struct connection *c = data;

	(void)text;
	c->header_bytes += size * n;
	return c->header_bytes > HEADERS_MAX ? 0 : size * n;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *data)
{
	struct connection *c = data;

	return body_append(&c->body, bytes, size * n) ? size * n : 0;
}

/* What holds for every request; false when libcurl refuses one of them. */
static bool set_up(struct connection *c, const struct endpoint *ep, const struct trust *trust,
	const char *proxy, const char *no_proxy)
{
	CURL *easy = c->easy;
	CURLcode rc = CURLE_OK;

/* A macro and no table: libcurl's type checks want the option spelled out. */
#define SET(option, value) (rc = rc != CURLE_OK ? rc : curl_easy_setopt(easy, option, value))
	SET(CURLOPT_URL, ep->url);
	SET(CURLOPT_PROTOCOLS_STR, ep->loopback_only ? "http" : "https");
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_CAINFO, trust->file);
	SET(CURLOPT_CAPATH, trust->folder);
	SET(CURLOPT_PROXY_CAINFO, trust->file);
	SET(CURLOPT_PROXY_CAPATH, trust->folder);
	/* "" and not NULL: NULL would ask the environment. */
	SET(CURLOPT_PROXY, proxy ? proxy : "");
	SET(CURLOPT_NOPROXY, proxy && no_proxy ? no_proxy : "");
	SET(CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_USERAGENT, "aws-mfa-sts/" AWS_MFA_VERSION);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_TCP_NODELAY, 1L);
	/* A person may take minutes to answer, and firewalls forget silent connections. */
	SET(CURLOPT_TCP_KEEPALIVE, 1L);
	SET(CURLOPT_TCP_KEEPIDLE, 20L);
	SET(CURLOPT_TCP_KEEPINTVL, 20L);
	/* libcurl would drop a connection idle for 118 s after Enter; we watch it ourselves. */
	SET(CURLOPT_MAXAGE_CONN, 86400L);
	SET(CURLOPT_MAXCONNECTS, 1L);
	/* Do not wait for a resolver thread that hangs: the deadline would be missed. */
	SET(CURLOPT_QUICK_EXIT, 1L);
	SET(CURLOPT_ERRORBUFFER, c->error);
	SET(CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	SET(CURLOPT_OPENSOCKETDATA, c);
	SET(CURLOPT_CLOSESOCKETFUNCTION, on_close_socket);
	SET(CURLOPT_CLOSESOCKETDATA, c);
	SET(CURLOPT_PREREQFUNCTION, on_request);
	SET(CURLOPT_PREREQDATA, c);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, c);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, c);
#undef SET
	return rc == CURLE_OK;
}

enum status connection_open(struct connection **out, const struct endpoint *ep,
	const char *ca_bundle, const char *proxy, const char *no_proxy, struct error *e)
{
	struct connection *c = calloc(1, sizeof(*c));
	struct trust trust = {NULL, NULL};
	enum status rc;

	*out = c;
	if (!c)
		return error_set(e, STATUS_SYSTEM, "out of memory");
	c->socket = -1;
	c->loopback_only = ep->loopback_only;
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
	c->easy = curl_easy_init();
	if (!c->easy || !set_up(c, ep, &trust, proxy, no_proxy))
		return error_set(e, STATUS_SYSTEM, "libcurl cannot be set up; out of memory?");
	return STATUS_OK;
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
 * A multi handle is a pool of connections. libcurl looks at most once a second whether those in it
 * are dead, so it may take one that is for a code although a good one is there: the pool never
 * holds more than the one connection watched.
 */
static bool drop_connection(struct connection *c)
{
	curl_multi_cleanup(c->multi);
	c->multi = curl_multi_init();
	c->socket = -1;
	return c->multi != NULL;
}

static enum stage stage_of(const struct connection *c)
{
	curl_off_t resolved = 0;

	if (c->started)
		return STAGE_ANSWER;
	curl_easy_getinfo(c->easy, CURLINFO_NAMELOOKUP_TIME_T, &resolved);
	return c->tcp_connected ? STAGE_TLS : resolved > 0 ? STAGE_CONNECT : STAGE_RESOLVE;
}

/* Waits for the transfer, wake_fd or wait_ms, and notes how. */
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
		span = stage_of(c) == STAGE_RESOLVE && threads_are_held_up() ? SPAN_HELD
									     : SPAN_IDLE;
	awake_look(&c->awake, boottime_ms(), span);
	return true;
}

/* Runs the transfer that c->easy describes. */
static CURLcode run(struct connection *c, int wake_fd, int64_t deadline_ms)
{
	struct curl_waitfd wake = {.fd = wake_fd, .events = CURL_WAIT_POLLIN};
	const CURLMsg *msg;
	int running = 1, left;
	CURLcode rc = CURLE_OUT_OF_MEMORY;

	c->socket = -1;
	if (curl_multi_add_handle(c->multi, c->easy) != CURLM_OK)
		return rc;
	while (curl_multi_perform(c->multi, &running) == CURLM_OK && running > 0) {
		int64_t wait_ms = deadline_ms - monotonic_ms();

		if (wait_ms <= 0) {
			rc = CURLE_OPERATION_TIMEDOUT;
			goto out;
		}
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
	/* libcurl forgets which it was when the handle is removed; no transfer means no change. */
	if (rc != CURLE_OK ||
		curl_easy_getinfo(c->easy, CURLINFO_ACTIVESOCKET, &c->socket) != CURLE_OK)
		c->socket = -1;
out:
	awake_look(&c->awake, boottime_ms(), SPAN_BUSY);
	curl_multi_remove_handle(c->multi, c->easy);
	return rc;
}

static struct failure describe(struct connection *c, CURLcode code)
{
	struct failure f = {.code = code,
		.stage = stage_of(c),
		.socket_errno = c->socket_errno,
		.no_descriptors = lack_of_descriptors(),
		.no_ports = lack_of_ports(),
		.no_threads = (code == CURLE_COULDNT_RESOLVE_HOST ||
				      code == CURLE_COULDNT_RESOLVE_PROXY) &&
			lack_of_threads(),
		.not_loopback = c->not_loopback,
		.code_sent = c->spends_code && c->started,
		.answer_too_long = c->body.too_long || c->header_bytes > HEADERS_MAX,
		.curl_says = c->error,
		.host = c->host,
		.proxy_host = c->proxy_host[0] ? c->proxy_host : NULL};
	long os_errno = 0;

	if (c->body.no_memory)
		f.code = CURLE_OUT_OF_MEMORY;
	curl_easy_getinfo(c->easy, CURLINFO_OS_ERRNO, &os_errno);
	f.os_errno = (int)os_errno;
	/* Threat: all ports are taken for that moment only, and left when lack_of_ports() looks. */
	if (f.os_errno == EADDRNOTAVAIL && c->family == AF_INET)
		f.no_ports = true;
	curl_easy_getinfo(c->easy, CURLINFO_HTTP_CONNECTCODE, &f.proxy_status);
	return f;
}

static bool prepare(struct connection *c, const struct outgoing *out, struct curl_slist *headers)
{
	CURL *easy = c->easy;
	int64_t left = out->deadline_ms - monotonic_ms();
	CURLcode rc = CURLE_OK;

	if (!is_quiet(c) && !drop_connection(c))
		return false;
#define SET(option, value) (rc = rc != CURLE_OK ? rc : curl_easy_setopt(easy, option, value))
	if (out->body) {
		SET(CURLOPT_POST, 1L);
		SET(CURLOPT_POSTFIELDS, out->body);
		SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)out->len);
	} else {
		SET(CURLOPT_HTTPGET, 1L);
	}
	SET(CURLOPT_HTTPHEADER, headers);
	SET(CURLOPT_TIMEOUT_MS, (long)(left > 0 ? left : 1));
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(left > 0 ? left : 1));
#undef SET
	body_wipe(&c->body);
	c->header_bytes = 0;
	c->error[0] = c->peer[0] = '\0';
	c->spends_code = out->spends_code;
	c->started = c->tcp_connected = c->not_loopback = false;
	c->socket_errno = 0;
	c->family = AF_UNSPEC;
	return rc == CURLE_OK;
}

static void take_reply(struct connection *c, struct reply *reply)
{
	struct curl_header *date;

	*reply = (struct reply){.body = c->body.bytes ? c->body.bytes : "",
		.len = c->body.len,
		.date = -1,
		.awake = c->awake};
	memcpy(reply->peer, c->peer, sizeof(reply->peer));
	curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &reply->status);
	if (curl_easy_header(c->easy, "Date", 0, CURLH_HEADER, -1, &date) == CURLHE_OK)
		reply->date = curl_getdate(date->value, NULL);
}

/* Each attempt is judged by itself: the one before may have been disturbed, or failed by chance. */
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
	const struct timespec pause = {.tv_nsec = RETRY_AFTER_MS * 1000000L};
	enum status rc;

	if (!headers)
		return error_set(e, STATUS_SYSTEM, "out of memory");
	c->awake = (struct awake){0};
	for (int attempt = 1;; attempt++) {
		struct failure f;
		CURLcode code;

		if (!prepare(c, out, headers)) {
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
		f = describe(c, code);
		if (attempt < ATTEMPTS && failure_may_retry(&f) &&
			out->deadline_ms - monotonic_ms() > 2 * RETRY_AFTER_MS) {
			nanosleep(&pause, NULL);
			continue;
		}
		rc = explain(c, &f, out->timeout_ms, e);
		break;
	}
	/* libcurl keeps pointers to what is about to go. */
	curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, NULL);
	curl_easy_setopt(c->easy, CURLOPT_POSTFIELDS, NULL);
	headers_wipe(headers);
	c->spends_code = false;
	return rc;
}

void connection_wipe(struct connection *c)
{
	body_wipe(&c->body);
}

void connection_close(struct connection *c)
{
	/* Not curl_easy_cleanup(): the socket, TLS's keys and all that libcurl has ends with the
	 * process, at once and for a fiftieth of what a refresh costs. */
	if (c)
		body_free(&c->body);
}
