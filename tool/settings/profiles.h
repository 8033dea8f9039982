/*
 * Finds the section of a profile, by the rules of botocore (configloader.build_profile_map(),
 * session.full_config).
 *
 * In the credentials file every section is the profile of its name.
 *
 * In the config file the header is [profile NAME], [sso-session NAME], [services NAME] or
 * [default]. Other sections are ignored. A header is split into words like a shell command, by
 * Python's shlex.split(): [profile "a b"] is the profile `a b`. Two sections can be one profile,
 * such as [default] and [profile default]. Then only the lower one counts.
 */
#ifndef AWS_MFA_PROFILES_H
#define AWS_MFA_PROFILES_H

#include "ini/ini.h"

/*
 * How many profiles to follow from one to the next, by source_profile and the like. A longer way is
 * a mistake, such as a circle.
 */
#define PROFILE_STEPS_MAX 16

enum section_kind { SECTION_OTHER, SECTION_PROFILE, SECTION_SSO_SESSION, SECTION_SERVICES };

/* The header of [KIND NAME] in the config file; NULL without one. */
const struct ini_line *profiles_section(
	const struct ini *config, enum section_kind kind, const char *name);

/*
 * Returns the kind of a header of the config file. Writes its name, without a NUL, to
 * name[header->name_len + 1], and the length of the name to *len. Ignore both for SECTION_OTHER.
 */
enum section_kind profiles_header(
	const struct ini *config, const struct ini_line *header, char *name, size_t *len);

/*
 * The profiles of the config file, to find many of them: profiles_section() looks at all headers
 * each time. It keeps a pointer to config.
 */
struct profile_index {
	const struct ini *config;
	uint32_t *slots; /* hash table: index + 1 of the header that counts */
	size_t n_slots;
};

/* False: no memory. */
bool profiles_index(struct profile_index *p, const struct ini *config);
void profiles_free(struct profile_index *p);

/* As profiles_section(), for a profile. */
const struct ini_line *profiles_find(const struct profile_index *p, const char *name);

#endif
