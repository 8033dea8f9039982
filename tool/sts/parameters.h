/*
 * The settings that aws-mfa sends before `connect` or `call` (include/words_sts.h), and their
 * checks. The signer reads them from aws-mfa. The talker reads them from the signer, without the
 * secrets.
 */
#ifndef AWS_MFA_STS_PARAMETERS_H
#define AWS_MFA_STS_PARAMETERS_H

#include "endpoint.h"
#include "error.h"
#include "peer.h"
#include "sts_limits.h"

#include <stdbool.h>
#include <stdint.h>

/* How waiting for aws-mfa ended. */
enum heard {
	HEARD,       /* with the awaited record */
	HEARD_END,   /* aws-mfa has closed its end */
	HEARD_FAULT, /* aws-mfa broke the protocol, or there is no memory; *e is filled */
};

/* Fills *e for a peer that broke the protocol. Returns HEARD_FAULT. */
enum heard heard_fault(struct error *e);

/* Strings that came in one record each. */
struct texts {
	char *text[TAGS_MAX];
	size_t n;
};

/* One AssumeRole. A string is NULL if its record did not come or was empty. */
struct role {
	char *arn;
	char *session_name;
	char *external_id;
	char *source_identity;
	char *session_policy;
	struct texts tags; /* KEY=VALUE; VALUE begins after the first '=' */
	struct texts transitive_tag_keys;
};

/* A string is NULL if its record did not come or was empty. */
struct parameters {
	char *access_key_id;
	char *secret_access_key; /* in OpenSSL's secure heap; NULL in the talker */
	char *session_token;     /* of keys that are not long-term ones; empty in the talker */
	char *serial;
	char *region;
	char *endpoint_url;
	char *iam_endpoint_url;
	char *ca_bundle;
	char *https_proxy;
	char *no_proxy;
	bool fips, dual_stack, legacy_endpoint, gives_up_root;
	struct role roles[ROLES_MAX]; /* the code assumes the first, each role assumes the next */
	size_t n_roles;               /* 0: GetSessionToken */
	int64_t duration;             /* seconds; 0: AWS's default */
	int64_t deadline_ms; /* monotonic_ms(); if not sent, TIMEOUT_DEFAULT after the start */
	int64_t timeout_ms;  /* of the whole refresh; if not sent, TIMEOUT_DEFAULT */
	bool signed_warm_up; /* `connect signed`, or `call` */
	char *call;          /* the text of `call`; NULL after `connect` */
};

/*
 * Reads records up to and including `connect` or `call`. Passes them on to the talker unless it is
 * NULL, except secrets, `deadline`, `connect` and `call`. Call parameters_free() in every case.
 */
enum heard parameters_read(
	struct peer *from, struct peer *talker, struct parameters *s, struct error *e);

/*
 * Checks the settings against the limits of sts_limits.h, before anything is sent. A `call` needs
 * no device. With an endpoint
 * URL, a role's ARN may lack the account. Returns STATUS_OK, or STATUS_CONFIG with *e filled.
 */
enum status parameters_check(const struct parameters *s, struct error *e);

/*
 * Resolves the endpoint of the service, and checks the ARNs against it. Returns STATUS_OK, or
 * STATUS_CONFIG or STATUS_SYSTEM with *e filled.
 */
enum status parameters_endpoint(
	const struct parameters *s, enum service service, struct endpoint *ep, struct error *e);

/* Wipes and frees all texts. */
void parameters_free(struct parameters *s);

#endif
