#include "proxy.h"

#include "status.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Refuse unknown schemes: libcurl treats them as http (CURLOPT_PROXY). */
static bool is_known(const char *scheme)
{
	static const char *const known[] = {
		"http", "https", "socks4", "socks4a", "socks5", "socks5h"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(scheme, known[i]) == 0)
			return true;
	return false;
}

/* Threat: if libcurl cannot decode the part (%0a), it uses no proxy and connects directly. */
static bool decodes(CURLU *u, CURLUPart part, CURLUcode unset)
{
	char *text = NULL;
	CURLUcode rc = curl_url_get(u, part, &text, CURLU_URLDECODE);

	if (text)
		explicit_bzero(text, strlen(text));
	curl_free(text);
	return rc == CURLUE_OK || rc == unset;
}

enum status proxy_name(const char *url, char *name, size_t size, struct error *e)
{
	CURLU *u = curl_url();
	char *scheme = NULL, *host = NULL, *port = NULL;
	enum status rc = STATUS_OK;

	if (!u)
		return error_set(e, STATUS_SYSTEM, "out of memory");
	if (curl_url_set(u, CURLUPART_URL, url, CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME) !=
			CURLUE_OK ||
		curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
		curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
		!decodes(u, CURLUPART_USER, CURLUE_NO_USER) ||
		!decodes(u, CURLUPART_PASSWORD, CURLUE_NO_PASSWORD) || !is_known(scheme)) {
		rc = error_set(e, STATUS_CONFIG,
			"the proxy's URL cannot be used; expected HTTPS_PROXY=http://HOST:PORT");
		goto out;
	}
	if (curl_url_get(u, CURLUPART_PORT, &port, 0) != CURLUE_OK)
		port = NULL;
	snprintf(name, size, "%s%s%s", host, port ? ":" : "", port ? port : "");
out:
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(u);
	return rc;
}
