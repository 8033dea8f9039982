/*
 * Is a host this machine? Plain http is for this machine only. RFC 1122 s3.2.1.3 (g), RFC 4291
 * s2.5.3.
 */
#ifndef AWS_MFA_STS_LOOPBACK_H
#define AWS_MFA_STS_LOOPBACK_H

#include <stdbool.h>
#include <sys/socket.h>

/* True for an address in 127.0.0.0/8, and for ::1. */
bool loopback_is_address(const struct sockaddr *sa);

/* True if the host of a URL is such an address ([::1] in brackets), or "localhost". */
bool loopback_is_host(const char *host);

#endif
