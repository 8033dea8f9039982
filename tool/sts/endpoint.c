#include "endpoint.h"

#include "loopback.h"
#include "status.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#define GLOBAL_HOST "sts.amazonaws.com"
#define GLOBAL_REGION "us-east-1"

/*
 * partitions.json: a region belongs to the partition whose regionRegex it matches, each of which
 * is PREFIX \w+ - \d+, and to "aws" when it matches none.
 */
static const struct partition {
	const char *name;
	const char *prefix;
	const char *suffix;   /* dnsSuffix */
	const char *a_region; /* for the advice in an error */
} partitions[] = {
	{"aws-cn", "cn-", "amazonaws.com.cn", "cn-north-1"},
	{"aws-us-gov", "us-gov-", "amazonaws.com", "us-gov-west-1"},
	{"aws-iso", "us-iso-", "c2s.ic.gov", "us-iso-east-1"},
	{"aws-iso-b", "us-isob-", "sc2s.sgov.gov", "us-isob-east-1"},
	{"aws-iso-e", "eu-isoe-", "cloud.adc-e.uk", "eu-isoe-west-1"},
	{"aws-iso-f", "us-isof-", "csp.hci.ic.gov", "us-isof-south-1"},
	{"aws-eusc", "eusc-de-", "amazonaws.eu", "eusc-de-east-1"},
	{"aws", "", "amazonaws.com", GLOBAL_REGION},
};
#define N_PARTITIONS (sizeof(partitions) / sizeof(partitions[0]))

/* \w+ - \d+ */
static bool is_region_rest(const char *s)
{
	size_t n = 0;

	while (isalnum((unsigned char)s[n]) || s[n] == '_')
		n++;
	if (n == 0 || s[n] != '-' || s[n + 1] == '\0')
		return false;
	s += n + 1;
	return strspn(s, "0123456789") == strlen(s);
}

static const struct partition *partition_of(const char *region)
{
	for (size_t i = 0; i < N_PARTITIONS - 1; i++) {
		size_t len = strlen(partitions[i].prefix);

		if (strncmp(region, partitions[i].prefix, len) == 0 && is_region_rest(region + len))
			return &partitions[i];
	}
	return &partitions[N_PARTITIONS - 1];
}

/* RFC 1123 s2.1, as the rule set's isValidHostLabel(). */
static bool is_host_label(const char *s)
{
	size_t len = strlen(s);

	if (len == 0 || len > 63 || s[0] == '-' || s[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)s[i]) && s[i] != '-')
			return false;
	return true;
}

/*
 * A path is part of what is signed, and libcurl, a proxy and SigV4 each have their own idea of
 * how to encode and normalise one: those on which all agree are enough here.
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

static bool is_printable(const char *s)
{
	for (; *s; s++)
		if (*s <= ' ' || *s > '~')
			return false;
	return true;
}

/* The part, to be given to curl_free(); NULL when the URL has none. */
static char *url_part(CURLU *u, CURLUPart part)
{
	char *text = NULL;

	return curl_url_get(u, part, &text, 0) == CURLUE_OK ? text : NULL;
}

static int parse_url(const char *url, struct endpoint *ep, struct error *e)
{
	char *scheme = NULL, *host = NULL, *port = NULL, *path = NULL, *extra[5] = {NULL};
	static const CURLUPart refused[5] = {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY,
		CURLUPART_FRAGMENT, CURLUPART_ZONEID};
	CURLU *u = curl_url();
	bool plain = true;
	int n;
	int rc;

	if (!u)
		return error_set(e, STATUS_SYSTEM, "out of memory");
	if (!is_printable(url) || curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK) {
		/* Not quoted: it may hold what somebody thought to be a user's password. */
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
	if (!scheme || !host || !path || !plain || !is_plain_path(path)) {
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
	rc = n < 0 || (size_t)n >= sizeof(ep->host);
	n = snprintf(
		ep->path, sizeof(ep->path), "%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/");
	rc = rc || n < 0 || (size_t)n >= sizeof(ep->path);
	n = snprintf(ep->url, sizeof(ep->url), "%s://%s%s", scheme, ep->host, ep->path);
	rc = rc || n < 0 || (size_t)n >= sizeof(ep->url);
	if (rc)
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

int endpoint_resolve(const char *region, const char *url, struct endpoint *ep, struct error *e)
{
	const struct partition *p;

	*ep = (struct endpoint){.path = "/"};
	if (region && !is_host_label(region))
		return error_set(e, STATUS_CONFIG,
			"the region \"%.80s\" is not one; expected a name such as eu-central-1",
			region);
	if (region && strcmp(region, "aws-global") == 0)
		region = NULL;
	snprintf(ep->region, sizeof(ep->region), "%s", region ? region : GLOBAL_REGION);
	if (url)
		return parse_url(url, ep, e);
	p = partition_of(ep->region);
	ep->partition = p->name;
	if (region)
		snprintf(ep->host, sizeof(ep->host), "sts.%s.%s", region, p->suffix);
	else
		snprintf(ep->host, sizeof(ep->host), "%s", GLOBAL_HOST);
	snprintf(ep->url, sizeof(ep->url), "https://%s/", ep->host);
	return 0;
}

int endpoint_check_arn(
	const struct endpoint *ep, const char *what, const char *arn, struct error *e)
{
	const char *name = arn + 4;
	size_t len;

	if (!ep->partition || strncmp(arn, "arn:", 4) != 0)
		return 0;
	len = strcspn(name, ":");
	if (len == strlen(ep->partition) && strncmp(name, ep->partition, len) == 0)
		return 0;
	for (size_t i = 0; i < N_PARTITIONS; i++)
		if (len == strlen(partitions[i].name) &&
			strncmp(name, partitions[i].name, len) == 0)
			return error_set(e, STATUS_CONFIG,
				"%s %.300s is of partition %s, but %s is of partition %s: set region = one "
				"of its own, such as %s",
				what, arn, partitions[i].name, ep->host, ep->partition,
				partitions[i].a_region);
	return error_set(e, STATUS_CONFIG,
		"%s %.300s is of no known partition; expected arn:aws:...", what, arn);
}
