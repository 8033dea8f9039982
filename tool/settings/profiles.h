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

#include "ini/ini.h"

enum section_kind { SECTION_OTHER, SECTION_PROFILE, SECTION_SSO_SESSION, SECTION_SERVICES };

/* The header in the config file of the section [KIND NAME]; NULL without one. */
const struct ini_line *profiles_section(
	const struct ini *config, enum section_kind kind, const char *name);

/*
 * What a header of the config file is. Its name goes to name[header->name_len + 1], without a NUL,
 * and the name's length to *len; both mean nothing for SECTION_OTHER.
 */
enum section_kind profiles_header(
	const struct ini *config, const struct ini_line *header, char *name, size_t *len);

#endif
