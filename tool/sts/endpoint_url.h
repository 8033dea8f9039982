/* An endpoint that the settings give as a URL: https://HOST[:PORT][/PATH]. */
#ifndef AWS_MFA_STS_ENDPOINT_URL_H
#define AWS_MFA_STS_ENDPOINT_URL_H

#include "endpoint.h"
#include "error.h"

/*
 * Fills url, host, path and loopback_only of *ep. https, or http to localhost or a loopback
 * address; no user, query or fragment. A path is kept and ends in '/' (botocore utils.py and
 * endpoint.py). Returns 0, or STATUS_CONFIG (STATUS_SYSTEM without memory) with *e filled.
 */
int endpoint_url_parse(const char *url, struct endpoint *ep, struct error *e);

#endif
