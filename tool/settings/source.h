/*
 * Where the long-term keys of a profile stand: in [NAME-long-term] or, as the AWS tools have it
 * for a profile with a role, with its source_profile (SDKs and Tools Reference Guide, "Assume role
 * credential provider").
 */
#ifndef AWS_MFA_SOURCE_H
#define AWS_MFA_SOURCE_H

#include "error.h"
#include "rules.h"

/*
 * Sets s->long_term to the section of the keys, and s->via to the roles of the source profiles on
 * the way there. At each of them [NAME-long-term] goes before keys in [NAME] itself, and those
 * before its source_profile. STATUS_NOT_SET_UP when the profile has neither keys nor
 * source_profile; STATUS_CONFIG when the way leads nowhere, in a circle, or through too many roles.
 */
enum status source_find(struct settings *s, struct error *e);

/* Takes the device from a source profile, where nothing nearer has named one. */
enum status source_take_device(struct settings *s, struct error *e);

#endif
