/*
 * Everything that one exchange with STS needs. The strings belong to the caller. NULL: unset.
 */
#ifndef AWS_MFA_STS_REQUEST_H
#define AWS_MFA_STS_REQUEST_H

#include "sts_limits.h"
#include "text/secret.h"

#include <stdbool.h>
#include <stddef.h>

struct sts_request_role {
	const char *arn, *session_name, *external_id, *source_identity;
	const char *tags, *transitive_tags; /* lists: tags.h */
};

struct sts_request {
	const char *access_key_id;
	const struct secret *secret_access_key;
	const char *serial; /* of the MFA device */
	const char *region, *endpoint_url, *ca_bundle, *https_proxy, *no_proxy;
	bool fips, dual_stack, legacy_endpoint;
	struct sts_request_role roles[ROLES_MAX]; /* the role that is assumed first comes first */
	size_t n_roles;
	long duration, timeout; /* seconds */
	bool signed_warm_up;
};

#endif
