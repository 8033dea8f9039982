#include "endpoint.h"

#include "ascii.h"
#include "loopback.h"
#include "status.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

/*
 * The path is part of what is signed. libcurl, a proxy and SigV4 each encode and normalise paths in
 * their own way. So allow only paths on which all agree.
 */
static bool is_plain_path(const char *path)
{
	for (const char *p = path; *p; p++) {
		if (!isalnum((unsigned char)*p) && !strchr("-._~/", *p))
			return false;
		if (*p == '/' && (p[1] == '/' || p[1] == '.'))
			return false;
	}
	return path[0] == '/';
}

/* A name, an IPv4 address, or an IPv6 address in brackets. libcurl accepts more. */
static bool is_plain_host(const char *host)
{
	const char *more = host[0] == '[' ? "[]:." : "-._";

	for (const char *p = host; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr(more, *p))
			return false;
	return host[0] != '\0';
}

/* Returns the part, or NULL if the URL has none. Free it with curl_free(). */
static char *url_part(CURLU *u, CURLUPart part)
{
	char *text = NULL;

	return curl_url_get(u, part, &text, 0) == CURLUE_OK ? text : NULL;
}

enum status endpoint_url_parse(const char *url, struct endpoint *ep, struct error *e)
{
	char *scheme = NULL, *host = NULL, *port = NULL, *path = NULL, *extra[5] = {NULL};
	static const CURLUPart refused[5] = {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY,
		CURLUPART_FRAGMENT, CURLUPART_ZONEID};
	CURLU *u = curl_url();
	bool plain = true, fits;
	enum status rc = STATUS_OK;
	int n;

	if (!u)
		return error_set(e, STATUS_SYSTEM, "out of memory");
	if (!ascii_is_graphic(url) || curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK) {
		/* Do not quote the URL: it may hold a password. */
		rc = error_set(e, STATUS_CONFIG,
			"endpoint_url is not a URL; expected https://HOST or https://HOST:PORT");
		goto out;
	}
	scheme = url_part(u, CURLUPART_SCHEME);
	host = url_part(u, CURLUPART_HOST);
	port = url_part(u, CURLUPART_PORT);
	path = url_part(u, CURLUPART_PATH);
	for (size_t i = 0; i < 5; i++) {
		extra[i] = url_part(u, refused[i]);
		plain = plain && !extra[i];
	}
	/* Refuse every '%': since version 8 libcurl takes "/%2e%2e/" for "/../". */
	plain = plain && !strchr(url, '%');
	if (!scheme || !host || !path || !plain || !is_plain_host(host) || !is_plain_path(path)) {
		rc = error_set(e, STATUS_CONFIG,
			"endpoint_url may have a host, a port and a plain path, but no user, query or "
			"fragment; expected https://HOST or https://HOST:PORT");
		goto out;
	}
	ep->loopback_only = strcmp(scheme, "http") == 0;
	if (ep->loopback_only && !loopback_is_host(host)) {
		rc = error_set(e, STATUS_CONFIG,
			"endpoint_url: http would show the code and the keys to the network; use "
			"https:// (http is for 127.0.0.1, [::1] and localhost only)");
		goto out;
	}
	if (!ep->loopback_only && strcmp(scheme, "https") != 0) {
		rc = error_set(e, STATUS_CONFIG, "endpoint_url must begin with https://");
		goto out;
	}
	if (port && strcmp(port, ep->loopback_only ? "80" : "443") == 0) {
		curl_free(port);
		port = NULL;
	}
	n = snprintf(ep->host, sizeof(ep->host), "%s%s%s", host, port ? ":" : "", port ? port : "");
	fits = n >= 0 && (size_t)n < sizeof(ep->host);
	n = snprintf(
		ep->path, sizeof(ep->path), "%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/");
	fits = fits && n >= 0 && (size_t)n < sizeof(ep->path);
	n = snprintf(ep->url, sizeof(ep->url), "%s://%s%s", scheme, ep->host, ep->path);
	fits = fits && n >= 0 && (size_t)n < sizeof(ep->url);
	if (!fits)
		rc = error_set(e, STATUS_CONFIG, "endpoint_url is too long");
out:
	for (size_t i = 0; i < 5; i++)
		curl_free(extra[i]);
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_free(path);
	curl_url_cleanup(u);
	return rc;
}
