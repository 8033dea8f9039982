/* Finds the long-term keys that a profile uses, as a refresh does (settings/source.h). */
#ifndef AWS_MFA_PROFILE_KEYS_H
#define AWS_MFA_PROFILE_KEYS_H

#include "sections.h"

#include <stdbool.h>
#include <time.h>

struct profile_keys {
	char *section; /* NULL: the profile has no keys */
	struct section lines;
	bool from_source; /* a source profile has them */
	char *device;     /* of the source profile nearest to the keys; NULL without one */
	/*
	 * What AWS tools assume a role from: the first source profile with credentials. They are
	 * static keys, a session of another tool, or one that ends then; 0: there is no valid one.
	 */
	bool source_is_static, source_is_other;
	time_t source_expiration;
	struct sections end; /* the last of the source profiles that were looked at */
};

/* own: the sections of the profile. Call profile_keys_free() afterwards. */
void profile_keys_find(const struct profile_files *f, const char *name, const struct sections *own,
	struct profile_keys *k);
void profile_keys_free(struct profile_keys *k);

#define SECTION_SIZE 600

/*
 * Writes NAME-SUFFIX, or NAME for the suffix none. Returns its length; 0 and "" if it is too long
 * for a profile.
 */
size_t profile_section_name(
	char to[static SECTION_SIZE], const char *name, size_t len, const char *suffix);

#endif
