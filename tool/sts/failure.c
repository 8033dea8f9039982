#include "failure.h"

#include "quote.h"
#include "status.h"

#include <errno.h>
#include <string.h>

#define CAUSE_SIZE 256

/*
 * Threat: under sudo, the caller chooses our limits. With failmode=safe, an outage lets them in. So
 * a lack of resources on this machine must never look like an outage.
 */
static const char *system_cause(const struct failure *f, char buf[static CAUSE_SIZE])
{
	if (f->socket_errno == EMFILE || f->socket_errno == ENFILE || f->socket_errno == ENOMEM ||
		f->socket_errno == ENOBUFS || f->socket_errno == EACCES || f->socket_errno == EPERM)
		return strerror(f->socket_errno);
	if (f->no_descriptors)
		return "no file descriptors are left";
	if (f->code == CURLE_OUT_OF_MEMORY || f->code == CURLE_FAILED_INIT)
		return "out of memory";
	if (f->os_errno == ENOBUFS || f->os_errno == ENOMEM || f->os_errno == EMFILE ||
		f->os_errno == ENFILE)
		return strerror(f->os_errno);
	/*
	 * EADDRNOTAVAIL alone proves nothing: with IPv6 it means that this machine has no address.
	 */
	if (f->no_ports)
		return "no local ports are left";
	/* Check both: the lack may be over by now, and libcurl's words may change. */
	if (f->no_threads || strstr(f->curl_says, "thread failed to start"))
		return error_no_process(buf, CAUSE_SIZE);
	return NULL;
}

static const char *peer(const struct failure *f)
{
	return f->proxy_host ? f->proxy_host : f->host;
}

static enum status timed_out(const struct failure *f, struct error *e)
{
	switch (f->stage) {
	case STAGE_RESOLVE:
		return error_set(e, STATUS_UNAVAILABLE,
			"the name %s could not be resolved in time: check the network and DNS",
			peer(f));
	case STAGE_CONNECT:
		return error_set(e, STATUS_UNAVAILABLE,
			"could not connect to %s in time: check the network, firewall and proxy",
			peer(f));
	case STAGE_TLS:
		if (f->proxy_host)
			return error_set(e, STATUS_UNAVAILABLE,
				"no connection to %s through the proxy %s in time: is the host allowed there?",
				f->host, f->proxy_host);
		return error_set(e, STATUS_UNAVAILABLE,
			"the TLS handshake with %s did not end in time: try again", f->host);
	default:
		return error_set(e, STATUS_UNAVAILABLE,
			"%s did not answer in time: try again, or allow more with --timeout",
			f->host);
	}
}

static enum status explain_proxy(const struct failure *f, struct error *e)
{
	/* tinyproxy answers a wrong password with 401. */
	if (f->proxy_status == 407 || f->proxy_status == 401)
		return error_set(e, STATUS_CONFIG,
			"the proxy %s wants other credentials: set HTTPS_PROXY (or https_proxy) to http://USER:PASSWORD@HOST:PORT",
			f->proxy_host);
	return error_set(e, STATUS_UNAVAILABLE,
		"the proxy %s does not connect to %s (HTTP %ld): is the host allowed there?",
		f->proxy_host, f->host, f->proxy_status);
}

static enum status not_trusted(const struct failure *f, struct error *e)
{
	char reason[200];

	quote(reason, sizeof(reason), f->curl_says);
	return error_set(e, STATUS_UNAVAILABLE,
		"the certificate of %s is not trusted (%s): if a proxy or a private CA signed it, set "
		"ca_bundle = FILE or AWS_CA_BUNDLE",
		f->host, reason);
}

enum status failure_explain(const struct failure *f, struct error *e)
{
	char buf[CAUSE_SIZE];
	const char *cause;

	if (f->code_sent)
		return error_set(e, STATUS_CODE_SPENT,
			"%s %s; the code may be used up: try with the next one", f->host,
			f->answer_too_long ? "sent an answer that is too long"
				: f->code == CURLE_OPERATION_TIMEDOUT ? "did not answer in time"
								      : "gave no whole answer");
	cause = system_cause(f, buf);
	if (cause)
		return error_set(e, STATUS_SYSTEM, "cannot connect to %s: %s", f->host, cause);
	if (f->not_loopback)
		return error_set(e, STATUS_CONFIG,
			"endpoint_url: http is for this machine only, but %s leads elsewhere; use https://",
			f->host);
	if (f->proxy_host && f->proxy_status >= 300)
		return explain_proxy(f, e);
	switch (f->code) {
	case CURLE_OPERATION_TIMEDOUT:
		return timed_out(f, e);
	case CURLE_COULDNT_RESOLVE_HOST:
		return error_set(e, STATUS_UNAVAILABLE,
			"could not resolve %s: check the network, DNS and the region's name",
			f->host);
	case CURLE_COULDNT_RESOLVE_PROXY:
		return error_set(e, STATUS_UNAVAILABLE,
			"could not resolve the proxy %s: check https_proxy", peer(f));
	case CURLE_COULDNT_CONNECT:
		if (f->proxy_host)
			return error_set(e, STATUS_UNAVAILABLE,
				"could not connect to the proxy %s: %s; check that it runs, and "
				"https_proxy",
				f->proxy_host,
				f->os_errno ? strerror(f->os_errno) : "no address answers");
		return error_set(e, STATUS_UNAVAILABLE,
			"could not connect to %s: %s; check the network, firewall and proxy",
			peer(f), f->os_errno ? strerror(f->os_errno) : "no address answers");
	case CURLE_PEER_FAILED_VERIFICATION:
		return not_trusted(f, e);
	case CURLE_SSL_CACERT_BADFILE:
		return error_set(e, STATUS_CONFIG,
			"the CA certificates cannot be read: check ca_bundle, or the package ca-certificates");
	case CURLE_SSL_CONNECT_ERROR:
		return error_set(e, STATUS_UNAVAILABLE,
			"no TLS connection to %s (1.2 or newer is needed): is it an https port?",
			f->host);
	case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9; the scheme of the URL was checked before */
	case CURLE_WEIRD_SERVER_REPLY:
		return error_set(e, STATUS_UNAVAILABLE,
			"%s does not speak HTTP: is endpoint_url the URL of an STS?", f->host);
	default:
		return error_set(e, STATUS_UNAVAILABLE, "no answer from %s: %s; try again", f->host,
			f->answer_too_long ? "it is too long" : curl_easy_strerror(f->code));
	}
}

bool failure_may_retry(const struct failure *f)
{
	char buf[CAUSE_SIZE];

	if (f->code_sent || f->not_loopback || f->answer_too_long || f->proxy_status >= 300 ||
		system_cause(f, buf))
		return false;
	switch (f->code) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
		return true;
	default:
		return false;
	}
}
