/*
 * Which settings cannot be combined with an endpoint_url. aws-mfa checks, because it knows where
 * each setting stands. aws-mfa-sts checks, because it makes the connection. The message shows the
 * names. Both functions return STATUS_OK, or STATUS_CONFIG with *e filled.
 */
#ifndef AWS_MFA_ENDPOINT_RULES_H
#define AWS_MFA_ENDPOINT_RULES_H

#include "error.h"

/* A login must not use http. url may be NULL. */
enum status endpoint_rules_login(const char *url, const char *url_name, struct error *e);

/*
 * variant_name names the setting that asks for a FIPS or dual-stack host; NULL if no setting does.
 * url may be NULL. Source: the STS endpoint rule set, which refuses both with a custom endpoint.
 */
enum status endpoint_rules_variant(
	const char *url, const char *url_name, const char *variant_name, struct error *e);

#endif
