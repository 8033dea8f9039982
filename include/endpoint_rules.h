/*
 * What an endpoint_url may not be combined with. aws-mfa asks because it knows where each setting
 * stands, aws-mfa-sts because it is what connects. The names go into the message. Both return
 * STATUS_OK, or STATUS_CONFIG with *e filled.
 */
#ifndef AWS_MFA_ENDPOINT_RULES_H
#define AWS_MFA_ENDPOINT_RULES_H

#include "error.h"

/* For a login. url may be NULL. */
enum status endpoint_rules_login(const char *url, const char *url_name, struct error *e);

/*
 * variant_name: of the setting that wants a FIPS or dual-stack host; NULL when none does. url may
 * be NULL. Source: the STS endpoint rule set, which refuses both with a custom endpoint.
 */
enum status endpoint_rules_variant(
	const char *url, const char *url_name, const char *variant_name, struct error *e);

#endif
