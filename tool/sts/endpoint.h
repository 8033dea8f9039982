/*
 * Where STS is: a region or an endpoint URL -> host, URL and the region a request is signed for.
 *
 * Sources: partitions.json and the STS endpoint rule set (2011-06-15) as AWS publishes them with
 * its SDKs; "SigV4: Create a canonical request" for the Host header; SDKs and Tools Reference
 * Guide, "AWS STS Regional endpoints", "FIPS endpoints", "Dual-stack endpoints".
 */
#ifndef AWS_MFA_STS_ENDPOINT_H
#define AWS_MFA_STS_ENDPOINT_H

#include "error.h"

#include <stdbool.h>

/* What the settings say of it. */
struct endpoint_choice {
	const char *region; /* NULL, and likewise "aws-global": the global endpoint */
	const char *url;    /* goes before everything else; NULL where there is none */
	bool fips, dual_stack;
	bool legacy; /* sts_regional_endpoints: the global endpoint stands for the old regions */
	bool login;  /* endpoint_rules_login() applies */
};

struct endpoint {
	char url[1024];        /* what libcurl is given */
	char host[300];        /* the Host header: with the port where it is not the default one */
	char path[512];        /* starts and ends with '/', consists of unreserved characters */
	char region[64];       /* of the credential scope */
	const char *partition; /* "aws", "aws-cn", ...; NULL for an endpoint URL */
	bool loopback_only;    /* http: no address but a loopback one may be connected to */
};

/*
 * Without a region it is the global endpoint, signed for us-east-1, which has no FIPS or dual-stack
 * host: there us-east-1 itself stands for it. A region must be a host label, so that
 * `region = x/..` in a file cannot lead elsewhere. A URL: endpoint_url_parse(); with it there is no
 * FIPS and no dual-stack. Returns STATUS_OK, or STATUS_CONFIG (STATUS_SYSTEM without memory) with
 * *e filled.
 */
enum status endpoint_resolve(
	const struct endpoint_choice *want, struct endpoint *ep, struct error *e);

/*
 * An ARN of another partition than the endpoint's cannot work. what names the setting. Anything
 * that is no ARN (a hardware device's number), and every ARN at an endpoint URL, passes. Returns
 * STATUS_OK, or STATUS_CONFIG with *e filled.
 */
enum status endpoint_check_arn(
	const struct endpoint *ep, const char *what, const char *arn, struct error *e);

/*
 * endpoint_url.c, for endpoint.c: an endpoint that the settings give as a URL,
 * https://HOST[:PORT][/PATH]. Fills url, host, path and loopback_only of *ep. https, or http to
 * localhost or a loopback address; no user, query or fragment. A path is kept and ends in '/'
 * (botocore utils.py and endpoint.py). Returns STATUS_OK, or STATUS_CONFIG (STATUS_SYSTEM without
 * memory) with *e filled.
 */
enum status endpoint_url_parse(const char *url, struct endpoint *ep, struct error *e);

#endif
