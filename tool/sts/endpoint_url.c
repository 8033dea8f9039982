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

/* The parts of a URL; NULL if it has none. */
struct url {
	char *scheme, *host, *port, *path;
	bool more; /* than a host, a port and a path */
};

static bool has_part(CURLU *u, CURLUPart part)
{
	char *text = url_part(u, part);

	curl_free(text);
	return text != NULL;
}

static void take_parts(CURLU *u, struct url *url)
{
	static const CURLUPart refused[] = {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY,
		CURLUPART_FRAGMENT, CURLUPART_ZONEID};

	url->scheme = url_part(u, CURLUPART_SCHEME);
	url->host = url_part(u, CURLUPART_HOST);
	url->port = url_part(u, CURLUPART_PORT);
	url->path = url_part(u, CURLUPART_PATH);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		url->more = has_part(u, refused[i]) || url->more;
}

static void free_parts(const struct url *url)
{
	curl_free(url->scheme);
	curl_free(url->host);
	curl_free(url->port);
	curl_free(url->path);
}

static enum status check(const struct url *url, struct error *e)
{
	if (!url->scheme || !url->host || !url->path || url->more || !is_plain_host(url->host) ||
		!is_plain_path(url->path))
		return error_set(e, STATUS_CONFIG,
			"endpoint_url may have a host, a port and a plain path, but no user, query or "
			"fragment; expected https://HOST or https://HOST:PORT");
	if (strcmp(url->scheme, "https") == 0)
		return STATUS_OK;
	if (strcmp(url->scheme, "http") != 0)
		return error_set(e, STATUS_CONFIG, "endpoint_url must begin with https://");
	if (!loopback_is_host(url->host))
		return error_set(e, STATUS_CONFIG,
			"endpoint_url: http would show the code and the keys to the network; use "
			"https:// (http is for 127.0.0.1, [::1] and localhost only)");
	return STATUS_OK;
}

static enum status fill(const struct url *url, struct endpoint *ep, struct error *e)
{
	const char *port = url->port;
	bool fits;
	int n;

	ep->loopback_only = strcmp(url->scheme, "http") == 0;
	if (port && strcmp(port, ep->loopback_only ? "80" : "443") == 0)
		port = NULL;
	n = snprintf(
		ep->host, sizeof(ep->host), "%s%s%s", url->host, port ? ":" : "", port ? port : "");
	fits = n >= 0 && (size_t)n < sizeof(ep->host);
	n = snprintf(ep->path, sizeof(ep->path), "%s%s", url->path,
		url->path[strlen(url->path) - 1] == '/' ? "" : "/");
	fits = fits && n >= 0 && (size_t)n < sizeof(ep->path);
	n = snprintf(ep->url, sizeof(ep->url), "%s://%s%s", url->scheme, ep->host, ep->path);
	fits = fits && n >= 0 && (size_t)n < sizeof(ep->url);
	return fits ? STATUS_OK : error_set(e, STATUS_CONFIG, "endpoint_url is too long");
}

enum status endpoint_url_parse(const char *url, struct endpoint *ep, struct error *e)
{
	struct url parts = {0};
	CURLU *u = curl_url();
	enum status rc;

	if (!u)
		return error_set(e, STATUS_SYSTEM, "out of memory");
	/* Do not quote the URL: it may hold a password. */
	if (!ascii_is_graphic(url) || curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK) {
		rc = error_set(e, STATUS_CONFIG,
			"endpoint_url is not a URL; expected https://HOST or https://HOST:PORT");
		goto out;
	}
	take_parts(u, &parts);
	/* Refuse every '%': since version 8 libcurl takes "/%2e%2e/" for "/../". */
	parts.more = parts.more || strchr(url, '%');
	rc = check(&parts, e);
	if (rc == STATUS_OK)
		rc = fill(&parts, ep, e);
out:
	free_parts(&parts);
	curl_url_cleanup(u);
	return rc;
}
