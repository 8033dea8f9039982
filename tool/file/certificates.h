/* The files of a ca_bundle, which is one PEM file or a folder of hash links. */
#ifndef AWS_MFA_CERTIFICATES_H
#define AWS_MFA_CERTIFICATES_H

#include "error.h"

#define CERTIFICATES_MAX_BYTES (16 << 20) /* Debian's bundle has 0.2 MiB */

/* A name that leads to no file is STATUS_OK: a hash link may outlive its certificate. */
typedef enum status certificates_fn(const char *path, struct error *e);

/*
 * Calls fn for path, and then, if it is a folder, for each file in it that OpenSSL may open. The
 * names of these files have the form HHHHHHHH.N or HHHHHHHH.rN (openssl-rehash(1)). Ends with the
 * first result that is not STATUS_OK, or with STATUS_SYSTEM if the folder cannot be listed.
 * STATUS_CONFIG if one is neither a regular file nor this folder, or is larger than
 * CERTIFICATES_MAX_BYTES.
 */
enum status certificates_each(const char *path, certificates_fn *fn, struct error *e);

#endif
