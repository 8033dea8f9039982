/*
 * All profiles of a config and a credentials file, merged as botocore's session.full_config has
 * them. aws-mfa itself looks for one profile at a time.
 */
#ifndef AWS_MFA_TESTS_MERGE_H
#define AWS_MFA_TESTS_MERGE_H

#include "settings/profiles.h"

struct profile {
	char *name; /* without a NUL */
	size_t name_len;
	/* The header of the profile's section in each file, NULL where it has none. */
	const struct ini_line *config, *credentials;
};

/* All profiles of both files, sorted by name. Refers to the documents. */
struct profiles {
	const struct ini *config, *credentials;
	struct profile *list;
	size_t n;
};

/* Fails with STATUS_SYSTEM only, for want of memory; *p is to be freed in any case. */
enum status merge_profiles(struct profiles *p, const struct ini *config,
	const struct ini *credentials, struct error *e);
void merged_free(struct profiles *p);

/*
 * The line that sets key for the profile: the credentials file wins. *in is the document it is in.
 * NULL without one.
 */
const struct ini_line *merged_key(const struct profiles *p, const struct profile *profile,
	const char *key, size_t len, const struct ini **in);

/* Calls each with every key the profile has, once and with the line that counts. */
typedef void merged_key_fn(void *arg, const struct ini *in, const struct ini_line *key);
void merged_each_key(
	const struct profiles *p, const struct profile *profile, merged_key_fn *each, void *arg);

#endif
