/* For CURLOPT_PROTOCOLS: libcurl 7.74 does not have the option that replaces it. */
#define CURL_DISABLE_DEPRECATION
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
/* Our deadline comes first. On its own time-outs, libcurl waits for the thread that resolves. */
#define LATER_MS 1000

static bool is_out(const struct handle *h)
{
	return h->once && h->given > 0;
}

static curl_socket_t on_open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct handle *h = data;
	int fd;

	(void)purpose;
	/* The code was sent: a new socket could only send it again. */
	if (is_out(h))
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

/* libcurl gets the body here only. It gets no byte twice, unless on_seek() allows that. */
static size_t on_read(char *to, size_t size, size_t n, void *data)
{
	struct handle *h = data;
	size_t len = h->request_len - h->given;

	if (len > size * n)
		len = size * n;
	memcpy(to, h->request + h->given, len);
	h->given += len;
	return len;
}

/* libcurl wants to send the body again. */
static int on_seek(void *data, curl_off_t offset, int origin)
{
	struct handle *h = data;

	if (is_out(h) || offset != 0 || origin != SEEK_SET)
		return CURL_SEEKFUNC_FAIL;
	h->given = 0;
	return CURL_SEEKFUNC_OK;
}

/* Takes the first Date of the last answer. A proxy's answer comes before, trailers come after. */
static void look_for_date(struct handle *h, const char *text, size_t len)
{
	static const char name[] = "Date:";
	char value[64];

	if (len >= 5 && memcmp(text, "HTTP/", 5) == 0) {
		h->in_headers = true;
		h->date = -1;
	} else if (*text == '\r' || *text == '\n') {
		h->in_headers = false;
	} else if (h->in_headers && h->date == -1 && len >= sizeof(name) &&
		strncasecmp(text, name, sizeof(name) - 1) == 0) {
		snprintf(value, sizeof(value), "%.*s", (int)(len - sizeof(name) + 1),
			text + sizeof(name) - 1);
		h->date = curl_getdate(value, NULL);
	}
}

static size_t on_header(char *text, size_t size, size_t n, void *data)
{
	struct handle *h = data;

	h->header_bytes += size * n;
	if (h->header_bytes > HEADERS_MAX)
		return 0;
	look_for_date(h, text, size * n);
	return size * n;
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
	SET(CURLOPT_PROTOCOLS, (long)(ep->loopback_only ? CURLPROTO_HTTP : CURLPROTO_HTTPS));
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
	SET(CURLOPT_ERRORBUFFER, h->error);
	SET(CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	SET(CURLOPT_OPENSOCKETDATA, h);
	SET(CURLOPT_CLOSESOCKETFUNCTION, on_close_socket);
	SET(CURLOPT_CLOSESOCKETDATA, h);
	SET(CURLOPT_READFUNCTION, on_read);
	SET(CURLOPT_READDATA, h);
	SET(CURLOPT_SEEKFUNCTION, on_seek);
	SET(CURLOPT_SEEKDATA, h);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, h);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, h);
#undef SET
	return rc == CURLE_OK;
}

bool handle_prepare(struct handle *h, struct curl_slist *headers, const char *body, size_t len,
	bool once, int64_t timeout_ms)
{
	CURL *easy = h->easy;
	long timeout = (timeout_ms > 0 ? (long)timeout_ms : 0) + LATER_MS;
	CURLcode rc = CURLE_OK;

#define SET(option, value) (rc = rc != CURLE_OK ? rc : curl_easy_setopt(easy, option, value))
	if (body) {
		SET(CURLOPT_POST, 1L);
		SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
	} else {
		SET(CURLOPT_HTTPGET, 1L);
	}
	SET(CURLOPT_HTTPHEADER, headers);
	SET(CURLOPT_TIMEOUT_MS, timeout);
	SET(CURLOPT_CONNECTTIMEOUT_MS, timeout);
#undef SET
	body_wipe(&h->body);
	h->request = body;
	h->request_len = len;
	h->given = h->header_bytes = 0;
	h->date = -1;
	h->error[0] = '\0';
	h->once = once;
	h->in_headers = h->tcp_connected = h->not_loopback = false;
	h->socket_errno = 0;
	h->family = AF_UNSPEC;
	return rc == CURLE_OK;
}

void handle_release(struct handle *h)
{
	curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, NULL);
	h->request = NULL;
	h->request_len = h->given = 0;
	h->once = false;
}

enum stage handle_stage(const struct handle *h)
{
	curl_off_t resolved = 0, ready = 0;

	curl_easy_getinfo(h->easy, CURLINFO_PRETRANSFER_TIME_T, &ready);
	if (ready > 0)
		return STAGE_ANSWER;
	curl_easy_getinfo(h->easy, CURLINFO_NAMELOOKUP_TIME_T, &resolved);
	return h->tcp_connected ? STAGE_TLS : resolved > 0 ? STAGE_CONNECT : STAGE_RESOLVE;
}

struct steps handle_steps(const struct handle *h)
{
	enum stage stage = handle_stage(h);
	curl_off_t resolved = 0, connected = 0, secured = 0;
	struct steps s = {.done = stage == STAGE_ANSWER ? 3 : (int)stage};
	long connections = 0;

	curl_easy_getinfo(h->easy, CURLINFO_NUM_CONNECTS, &connections);
	curl_easy_getinfo(h->easy, CURLINFO_NAMELOOKUP_TIME_T, &resolved);
	curl_easy_getinfo(h->easy, CURLINFO_CONNECT_TIME_T, &connected);
	curl_easy_getinfo(h->easy, CURLINFO_APPCONNECT_TIME_T, &secured);
	if (stage == STAGE_ANSWER && connections == 0)
		s.done = -1;
	s.dns_us = resolved;
	s.tcp_us = connected > resolved ? connected - resolved : 0;
	s.tls_us = secured > connected ? secured - connected : 0;
	return s;
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
		.code_sent = is_out(h),
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
