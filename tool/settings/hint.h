/* The hint for a user who has no long-term keys for a profile. */
#ifndef AWS_MFA_HINT_H
#define AWS_MFA_HINT_H

#include "error.h"
#include "taken.h"

#include <stdbool.h>

/*
 * For a profile without long-term keys. *e has a hint for the user. Returns
 *
 * STATUS_CONFIG: a file is damaged, NAME-long-term was given as the profile, or [NAME-long-term] is
 * in the config file;
 * STATUS_SYSTEM: a program keeps a file open for writing;
 * STATUS_NOT_SET_UP: otherwise.
 */
enum status hint_no_keys(const struct settings *s, struct error *e);

/*
 * True if AWS tools get the credentials of the profile by a single sign-on, or the session of
 * another profile. Then it needs no keys, and *e says what to run (STATUS_NOT_SET_UP).
 */
bool hint_needs_none(const struct settings *s, const char *profile, struct error *e);

#endif
