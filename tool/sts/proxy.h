/* How a proxy is named in a message: its URL may hold a password. */
#ifndef AWS_MFA_STS_PROXY_H
#define AWS_MFA_STS_PROXY_H

#include "error.h"

#include <stddef.h>

/*
 * Writes host:port (host, when no port is given) of a proxy's URL, whose scheme may be missing,
 * to name[size]. Returns STATUS_OK; STATUS_CONFIG with *e filled when it is no URL or not http,
 * https or socks; or STATUS_SYSTEM.
 */
enum status proxy_name(const char *url, char *name, size_t size, struct error *e);

#endif
