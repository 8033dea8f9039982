/*
 * Finds the long-term keys of a profile. They are in [NAME-long-term]; a profile with a role may
 * use the keys of its source_profile (SDKs and Tools Reference Guide, "Assume role credential
 * provider").
 */
#ifndef AWS_MFA_SOURCE_H
#define AWS_MFA_SOURCE_H

#include "error.h"
#include "taken.h"

/*
 * Sets s->long_term to the section of the keys, and s->via to the roles of the source profiles. For
 * each source profile it tries [NAME-long-term], then keys in [NAME], then its source_profile.
 *
 * STATUS_NOT_SET_UP: the profile has neither keys nor source_profile.
 * STATUS_CONFIG: a source profile has neither, or the chain is a circle or has too many roles.
 */
enum status source_find(struct settings *s, struct error *e);

/* Takes the device from a source profile, unless the device is set already. */
enum status source_take_device(struct settings *s, struct error *e);

#endif
