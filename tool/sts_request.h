/*
 * Everything that a conversation with aws-mfa-sts needs. The strings belong to the caller. NULL:
 * unset.
 */
#ifndef AWS_MFA_STS_REQUEST_H
#define AWS_MFA_STS_REQUEST_H

#include "settings/taken.h"
#include "sts_limits.h"
#include "text/secret.h"

#include <stdbool.h>
#include <stddef.h>

struct sts_request_role {
	const char *arn, *session_name, *external_id, *source_identity;
	const char *session_policy;
	const char *tags, *transitive_tags; /* lists: tags.h */
};

struct sts_request {
	const char *access_key_id;
	const struct secret *secret_access_key;
	const struct secret *session_token; /* NULL: the keys are long-term keys */
	const char *serial;                 /* of the MFA device */
	const char *region, *endpoint_url, *iam_endpoint_url, *ca_bundle, *https_proxy, *no_proxy;
	bool fips, dual_stack, legacy_endpoint;
	struct sts_request_role roles[ROLES_MAX]; /* the role that is assumed first comes first */
	size_t n_roles;
	long duration, timeout; /* seconds */
	bool signed_warm_up;
	bool gives_up_root; /* if aws-mfa is root, what speaks with the network is not */
};

/* The long-term keys of the settings, and how to reach AWS. No device, roles or duration. */
struct sts_request sts_request_of(const struct settings *s);

/* All of them: for a conversation that spends a code. */
struct sts_request sts_request_for_code(const struct settings *s);

#endif
