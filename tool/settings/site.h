/*
 * The site's own defaults, aws-mfa.conf(5): for what a whole host has in common, such as a proxy,
 * and for what logins need that have no environment. Read by iniparser, which is good enough for
 * a short file that root writes by hand (not for ~/.aws: it refuses lines over 1024 bytes, which a
 * session token is, and stops a value at ";" and "#").
 */
#ifndef AWS_MFA_SITE_H
#define AWS_MFA_SITE_H

#include "error.h"

#include <stddef.h>

struct site {
	void *dictionary; /* NULL when there is no file */
};

/*
 * known are the keys there may be. No file is no error. STATUS_CONFIG when it cannot be read, has
 * a line that is none, or a section or key that is not known.
 */
enum status site_load(
	struct site *site, const char *const known[], size_t n_known, struct error *e);
void site_free(struct site *site);

/* The value of key in the section [aws-mfa], or NULL where it is unset or empty. */
const char *site_get(const struct site *site, const char *key);

#endif
