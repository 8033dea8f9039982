/*
 * Which certificates are trusted. A folder of hash links is preferred: reading it costs a quarter
 * of parsing a bundle of 140 certificates.
 */
#ifndef AWS_MFA_STS_TRUST_H
#define AWS_MFA_STS_TRUST_H

#include "error.h"

struct trust {
	const char *file;   /* PEM bundle, or NULL */
	const char *folder; /* of OpenSSL hash links (openssl-rehash(1)), or NULL */
};

/*
 * ca_bundle names a file or a folder. If it is NULL, libcurl's own default is used. Points *t into
 * ca_bundle or into libcurl's static data. Returns STATUS_OK, or STATUS_CONFIG with *e filled if
 * the place cannot be read.
 */
enum status trust_choose(const char *ca_bundle, struct trust *t, struct error *e);

#endif
