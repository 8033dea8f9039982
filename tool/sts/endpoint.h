/*
 * Where STS and IAM are. Turns a region or an endpoint URL into a host, a URL and the region to
 * sign for.
 *
 * Sources: partitions.json and the endpoint rule sets of STS (2011-06-15) and IAM (2010-05-08) as
 * AWS publishes them with its SDKs; "SigV4: Create a canonical request" for the Host header; SDKs
 * and Tools Reference Guide, "AWS STS Regional endpoints", "FIPS endpoints", "Dual-stack
 * endpoints".
 */
#ifndef AWS_MFA_STS_ENDPOINT_H
#define AWS_MFA_STS_ENDPOINT_H

#include "error.h"

#include <stdbool.h>

enum service { SERVICE_STS, SERVICE_IAM, N_SERVICES };

/* The service's name in a signature. */
const char *endpoint_service(enum service service);

/* What the settings say about the endpoint. */
struct endpoint_choice {
	enum service service;
	const char *region; /* NULL or "aws-global": the global endpoint */
	const char *url;    /* used instead of the region's host; NULL if there is none */
	bool fips, dual_stack;
	bool legacy; /* sts_regional_endpoints: the old regions use STS's global endpoint */
	bool login;  /* endpoint_rules_login() applies */
};

struct endpoint {
	char url[1024];        /* for libcurl */
	char host[300];        /* the Host header; with the port if it is not the default port */
	char path[512];        /* starts and ends with '/', has only unreserved characters */
	char region[64];       /* in the credential scope */
	const char *partition; /* "aws", "aws-cn", ...; NULL for an endpoint URL */
	bool loopback_only;    /* http: connect to loopback addresses only */
};

/*
 * Resolves the endpoint. Without a region it is the global endpoint, signed for us-east-1. STS's
 * global endpoint has no FIPS and no dual-stack host; there us-east-1's own host is used. IAM has
 * one endpoint in each partition. A region must be a host label, so that `region = x/..` in a file
 * cannot name another host.
 * endpoint_url_parse() reads a URL, which cannot be combined with FIPS or dual-stack. Returns
 * STATUS_OK, or STATUS_CONFIG (STATUS_SYSTEM without memory) with *e filled.
 */
enum status endpoint_resolve(
	const struct endpoint_choice *want, struct endpoint *ep, struct error *e);

/*
 * Refuses an ARN that is not in the endpoint's partition: it cannot work there. The message calls
 * the setting `what`. A text that is no ARN passes, such as the number of a hardware device. At an
 * endpoint URL every ARN passes. Returns STATUS_OK, or STATUS_CONFIG with *e filled.
 */
enum status endpoint_check_arn(
	const struct endpoint *ep, const char *what, const char *arn, struct error *e);

/*
 * Parses an endpoint URL of the settings, https://HOST[:PORT][/PATH]. Stands in endpoint_url.c;
 * only endpoint.c calls it. Fills url, host, path and loopback_only of *ep. http is for localhost
 * and loopback addresses only. A URL must not have a user, a query or a fragment. The path is kept,
 * and gets a '/' at its end (botocore utils.py and endpoint.py). Returns STATUS_OK, or
 * STATUS_CONFIG (STATUS_SYSTEM without memory) with *e filled.
 */
enum status endpoint_url_parse(const char *url, struct endpoint *ep, struct error *e);

#endif
