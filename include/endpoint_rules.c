#include "endpoint_rules.h"

#include <stddef.h>
#include <strings.h>

/*
 * Threat: with http, any process of this machine may bind the port and judge the code. By hand,
 * this risks only the user's own keys. At a login, the judgement decides who gets in.
 */
enum status endpoint_rules_login(const char *url, const char *url_name, struct error *e)
{
	if (!url || strncasecmp(url, "http:", 5) != 0)
		return STATUS_OK;
	return error_set(e, STATUS_CONFIG,
		"%s: a login uses no endpoint over http, because any process of this machine could "
		"answer; expected https",
		url_name);
}

enum status endpoint_rules_variant(
	const char *url, const char *url_name, const char *variant_name, struct error *e)
{
	if (!url || !variant_name)
		return STATUS_OK;
	return error_set(e, STATUS_CONFIG, "%s and %s cannot be used together; remove one",
		variant_name, url_name);
}
