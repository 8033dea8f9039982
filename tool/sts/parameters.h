/*
 * The settings aws-mfa sends before `connect` (include/words_sts.h), and what STS demands of them.
 */
#ifndef AWS_MFA_STS_PARAMETERS_H
#define AWS_MFA_STS_PARAMETERS_H

#include "error.h"
#include "peer.h"
#include "sts_limits.h"

#include <stdbool.h>
#include <stdint.h>

/* What came of waiting for aws-mfa. */
enum heard {
	HEARD,       /* what was waited for */
	HEARD_END,   /* aws-mfa has closed its end */
	HEARD_FAULT, /* it broke the protocol, or memory lacks: *e is filled */
};

/* Strings that came one by one. */
struct texts {
	char *text[TAGS_MAX];
	size_t n;
};

/* One AssumeRole. NULL where the record did not come or was empty. */
struct role {
	char *arn;
	char *session_name;
	char *external_id;
	char *source_identity;
	struct texts tags; /* KEY=VALUE; the first '=' counts */
	struct texts transitive_tag_keys;
};

/* Likewise. */
struct parameters {
	char *access_key_id;
	char *secret_access_key; /* in OpenSSL's secure heap */
	char *serial;
	char *region;
	char *endpoint_url;
	char *ca_bundle;
	char *https_proxy;
	char *no_proxy;
	bool fips, dual_stack, legacy_endpoint;
	struct role roles[ROLES_MAX]; /* the first with the code, each other from the one before */
	size_t n_roles;               /* 0: GetSessionToken */
	int64_t duration;             /* seconds; 0: AWS's default */
	int64_t deadline_ms; /* monotonic_ms(); TIMEOUT_DEFAULT after the start if none was sent */
	int64_t timeout_ms;  /* of the whole refresh; TIMEOUT_DEFAULT if none was sent */
	bool signed_warm_up; /* `connect signed` */
};

/*
 * Reads records up to and including `connect`. Afterwards, in every case, parameters_free() wipes
 * and frees.
 */
enum heard parameters_read(struct peer *aws_mfa, struct parameters *s, struct error *e);

/*
 * Checks before anything is sent: the bounds of sts_limits.h. With an endpoint URL a role may lack
 * its account. Returns STATUS_OK, or STATUS_CONFIG with *e filled.
 */
enum status parameters_check(const struct parameters *s, struct error *e);

void parameters_free(struct parameters *s);

#endif
