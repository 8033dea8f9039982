/* The hint for a user who has no long-term keys for a profile. */
#ifndef AWS_MFA_ABSENT_H
#define AWS_MFA_ABSENT_H

#include "error.h"
#include "rules.h"

/*
 * For a profile without long-term keys. STATUS_NOT_SET_UP where that is all
 * there is to say, STATUS_CONFIG where a file is damaged or the keys stand in the wrong place; *e
 * then holds the hint that helps.
 */
enum status settings_absent(const struct settings *s, struct error *e);

#endif
