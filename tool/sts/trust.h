/*
 * Which certificates are trusted. A folder of hash links is preferred: reading it costs a quarter
 * of parsing a bundle of 140 certificates.
 */
#ifndef AWS_MFA_STS_TRUST_H
#define AWS_MFA_STS_TRUST_H

#include "error.h"

struct trust {
	const char *file;   /* PEM file, or NULL */
	const char *folder; /* of OpenSSL hash links (openssl-rehash(1)), or NULL */
	char first[4096 + 16];
};

/*
 * ca_bundle names a file or a folder, and nothing else is trusted. If it is NULL, libcurl's own
 * default is used. Points *t into ca_bundle, libcurl's static data, or itself. Returns STATUS_OK,
 * or STATUS_CONFIG with *e filled if the place cannot be read or is a folder without certificates.
 */
enum status trust_choose(const char *ca_bundle, struct trust *t, struct error *e);

#endif
