/* How messages name a proxy. They do not quote its URL: the URL may hold a password. */
#ifndef AWS_MFA_STS_PROXY_H
#define AWS_MFA_STS_PROXY_H

#include "error.h"

#include <stddef.h>

/*
 * Writes host:port of a proxy's URL to name[size], or only the host if the URL has no port. The
 * URL's scheme may be missing. Returns STATUS_OK, or with *e filled:
 * - STATUS_CONFIG if url is not a URL, or not of http, https or socks;
 * - STATUS_SYSTEM without memory.
 */
enum status proxy_name(const char *url, char *name, size_t size, struct error *e);

#endif
