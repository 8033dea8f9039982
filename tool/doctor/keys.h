/* Checks where the long-term keys are, and the device that belongs to them. */
#ifndef AWS_MFA_KEYS_H
#define AWS_MFA_KEYS_H

#include "findings.h"
#include "settings/taken.h"

/* Needs both files in s, as read. */
void keys_check(struct findings *l, const struct settings *s);

/* Are long-term keys in the config file? All that there is to check without a credentials file. */
void keys_check_config(struct findings *l, const struct settings *s);

#endif
