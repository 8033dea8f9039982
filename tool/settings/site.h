/*
 * The defaults of a host, aws-mfa.conf(5). A login has no environment, so it takes a proxy from
 * here. iniparser reads this file, which is short and written by root.
 *
 * iniparser cannot read ~/.aws: it refuses lines over 1024 bytes, such as a session token, and ends
 * a value at ";" or "#".
 *
 * All users of the host can read this file, so its text is not wiped: no value in it is a secret.
 */
#ifndef AWS_MFA_SITE_H
#define AWS_MFA_SITE_H

#include "error.h"

#include <stddef.h>

struct site {
	void *dictionary; /* NULL when there is no file */
};

/*
 * Reads the file; a missing file is no error. known lists the keys that are allowed. STATUS_CONFIG:
 * the file cannot be read, is no regular file or larger than 64 KiB, or has a malformed line or an
 * unknown section or key.
 */
enum status site_load(
	struct site *site, const char *const known[], size_t n_known, struct error *e);
void site_free(struct site *site);

/* The value of key in the section [aws-mfa]; NULL if it is unset or empty. */
const char *site_get(const struct site *site, const char *key);

#endif
