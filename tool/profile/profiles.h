/*
 * Which sections of ~/.aws/config and ~/.aws/credentials are which profile, as botocore has it
 * (configloader.build_profile_map(), session.full_config).
 *
 * In the config file a header is split into words as by a shell (Python's shlex.split(), so
 * [profile "a b"] is the profile `a b`): [profile NAME], [sso-session NAME], [services NAME], and
 * [default]; other sections are no profiles. Where two sections are one profile, [default] and
 * [profile default] or [profile a] and [profile "a"], the lower one alone counts. In the
 * credentials file every section is the profile of its name.
 */
#ifndef AWS_MFA_PROFILES_H
#define AWS_MFA_PROFILES_H

#include "ini.h"

enum section_kind { SECTION_OTHER, SECTION_PROFILE, SECTION_SSO_SESSION, SECTION_SERVICES };

/* The header in the config file of the section [KIND NAME]; NULL without one. */
const struct ini_line *profiles_section(
	const struct ini *config, enum section_kind kind, const char *name);

struct profile {
	char *name;
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
enum status profiles_load(struct profiles *p, const struct ini *config,
	const struct ini *credentials, struct error *e);
void profiles_free(struct profiles *p);

/*
 * The line that sets key for the profile: the credentials file wins. *in is the document it is in.
 * NULL without one.
 */
const struct ini_line *profiles_key(const struct profiles *p, const struct profile *profile,
	const char *key, size_t len, const struct ini **in);

/* Calls each with every key the profile has, once and with the line that counts. */
typedef void profiles_key_fn(void *arg, const struct ini *in, const struct ini_line *key);
void profiles_each_key(
	const struct profiles *p, const struct profile *profile, profiles_key_fn *each, void *arg);

#endif
