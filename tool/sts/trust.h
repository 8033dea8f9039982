/*
 * Which certificates are trusted. Reading a folder of hash links costs a quarter of what parsing
 * a bundle of 140 certificates costs, so the folder is preferred where it is one.
 */
#ifndef AWS_MFA_STS_TRUST_H
#define AWS_MFA_STS_TRUST_H

#include "error.h"

struct trust {
	const char *file;   /* PEM bundle, or NULL */
	const char *folder; /* of OpenSSL hash links (openssl-rehash(1)), or NULL */
};

/*
 * ca_bundle names a file or a folder; NULL takes libcurl's own. Points *t into ca_bundle or into
 * libcurl's static data. Returns STATUS_OK, or STATUS_CONFIG with *e filled when nothing can be
 * read there.
 */
enum status trust_choose(const char *ca_bundle, struct trust *t, struct error *e);

#endif
