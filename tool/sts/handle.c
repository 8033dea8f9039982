#include "handle.h"

#include "lack.h"
#include "loopback.h"
#include "version.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEADERS_MAX ((size_t)64 << 10)

static curl_socket_t on_open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct handle *h = data;
	int fd;

	(void)purpose;
	/* The code was sent: a new socket could only send it again. */
	if (h->spends_code && h->started)
		return CURL_SOCKET_BAD;
	if (h->loopback_only && !loopback_is_address(&address->addr)) {
		h->not_loopback = true;
		return CURL_SOCKET_BAD;
	}
	h->family = address->family;
	fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	/* A kernel without IPv6 says EAFNOSUPPORT. The next address may work. */
	if (fd < 0 && errno != EAFNOSUPPORT)
		h->socket_errno = errno;
	return fd;
}

/* Note here that TCP connected: CURLINFO_CONNECT_TIME_T stays 0 until TLS is set up, too. */
static int on_close_socket(void *data, curl_socket_t fd)
{
	struct handle *h = data;
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);

	if (getpeername(fd, (struct sockaddr *)&peer, &len) == 0)
		h->tcp_connected = true;
	return close(fd);
}

/* libcurl calls this when the connection is set up, before the first byte of the request. */
static int on_request(void *data, char *peer, char *local, int peer_port, int local_port)
{
	struct handle *h = data;

	(void)local;
	(void)local_port;
	if (h->spends_code && h->started)
		return CURL_PREREQFUNC_ABORT;
	h->started = true;
	snprintf(h->peer, sizeof(h->peer), "%.46s port %d", peer ? peer : "?", peer_port);
	return CURL_PREREQFUNC_OK;
}

static size_t on_header(char *text, size_t size, size_t n, void *data)
{
	struct handle *h = data;

	(void)text;
	h->header_bytes += size * n;
	return h->header_bytes > HEADERS_MAX ? 0 : size * n;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *data)
{
	struct handle *h = data;

	return body_append(&h->body, bytes, size * n) ? size * n : 0;
}

bool handle_open(struct handle *h, const struct endpoint *ep, const struct trust *trust,
	const char *proxy, const char *no_proxy)
{
	CURL *easy = h->easy = curl_easy_init();
	CURLcode rc = easy ? CURLE_OK : CURLE_OUT_OF_MEMORY;

	h->loopback_only = ep->loopback_only;
/* A macro instead of a table: libcurl's type checks need the option's name. */
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
	/* "" instead of NULL: with NULL, libcurl asks the environment. */
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
	/* libcurl would drop a connection that is idle for 118 s. Prevent that: we watch it. */
	SET(CURLOPT_MAXAGE_CONN, 86400L);
	SET(CURLOPT_MAXCONNECTS, 1L);
	/* Do not wait for a resolver thread that hangs: that would miss the deadline. */
	SET(CURLOPT_QUICK_EXIT, 1L);
	SET(CURLOPT_ERRORBUFFER, h->error);
	SET(CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	SET(CURLOPT_OPENSOCKETDATA, h);
	SET(CURLOPT_CLOSESOCKETFUNCTION, on_close_socket);
	SET(CURLOPT_CLOSESOCKETDATA, h);
	SET(CURLOPT_PREREQFUNCTION, on_request);
	SET(CURLOPT_PREREQDATA, h);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, h);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, h);
#undef SET
	return rc == CURLE_OK;
}

bool handle_prepare(struct handle *h, struct curl_slist *headers, const char *body, size_t len,
	bool spends_code, int64_t timeout_ms)
{
	CURL *easy = h->easy;
	long timeout = timeout_ms > 0 ? (long)timeout_ms : 1; /* 0 means no limit */
	CURLcode rc = CURLE_OK;

#define SET(option, value) (rc = rc != CURLE_OK ? rc : curl_easy_setopt(easy, option, value))
	if (body) {
		SET(CURLOPT_POST, 1L);
		SET(CURLOPT_POSTFIELDS, body);
		SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
	} else {
		SET(CURLOPT_HTTPGET, 1L);
	}
	SET(CURLOPT_HTTPHEADER, headers);
	SET(CURLOPT_TIMEOUT_MS, timeout);
	SET(CURLOPT_CONNECTTIMEOUT_MS, timeout);
#undef SET
	body_wipe(&h->body);
	h->header_bytes = 0;
	h->error[0] = h->peer[0] = '\0';
	h->spends_code = spends_code;
	h->started = h->tcp_connected = h->not_loopback = false;
	h->socket_errno = 0;
	h->family = AF_UNSPEC;
	return rc == CURLE_OK;
}

void handle_release(struct handle *h)
{
	curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, NULL);
	curl_easy_setopt(h->easy, CURLOPT_POSTFIELDS, NULL);
	h->spends_code = false;
}

enum stage handle_stage(const struct handle *h)
{
	curl_off_t resolved = 0;

	if (h->started)
		return STAGE_ANSWER;
	curl_easy_getinfo(h->easy, CURLINFO_NAMELOOKUP_TIME_T, &resolved);
	return h->tcp_connected ? STAGE_TLS : resolved > 0 ? STAGE_CONNECT : STAGE_RESOLVE;
}

struct failure handle_failure(const struct handle *h, CURLcode code)
{
	struct failure f = {.code = code,
		.stage = handle_stage(h),
		.socket_errno = h->socket_errno,
		.no_descriptors = lack_of_descriptors(),
		.no_ports = lack_of_ports(),
		.no_threads = (code == CURLE_COULDNT_RESOLVE_HOST ||
				      code == CURLE_COULDNT_RESOLVE_PROXY) &&
			lack_of_threads(),
		.not_loopback = h->not_loopback,
		.code_sent = h->spends_code && h->started,
		.answer_too_long = h->body.too_long || h->header_bytes > HEADERS_MAX,
		.curl_says = h->error};
	long os_errno = 0;

	if (h->body.no_memory)
		f.code = CURLE_OUT_OF_MEMORY;
	curl_easy_getinfo(h->easy, CURLINFO_OS_ERRNO, &os_errno);
	f.os_errno = (int)os_errno;
	/* Threat: a user takes all ports for a moment and frees them before lack_of_ports(). */
	if (f.os_errno == EADDRNOTAVAIL && h->family == AF_INET)
		f.no_ports = true;
	curl_easy_getinfo(h->easy, CURLINFO_HTTP_CONNECTCODE, &f.proxy_status);
	return f;
}
