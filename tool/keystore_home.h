/*
 * What aws-mfa keystore import does in a home, as the owner of the home (as_user.h): it finds the
 * long-term keys, and later removes them.
 *
 * MUST guarantee:
 * 1. It refuses files that another local user may have written, as a login does.
 * 2. If home_remove_keys() succeeds, the secret was in no other place that keystore_copies.h names.
 */
#ifndef AWS_MFA_KEYSTORE_HOME_H
#define AWS_MFA_KEYSTORE_HOME_H

#include "as_user.h"

struct home_keys {
	const char *profile;     /* NULL: default */
	const char *id, *secret; /* the keys to remove */
};

/* The fields of the answer of home_find_keys(). HOME_DEVICE may be missing. */
enum { HOME_PATH, HOME_SECTION, HOME_ID, HOME_SECRET, HOME_DEVICE };

/*
 * arg is a struct home_keys. STATUS_NOT_SET_UP: there are no keys. STATUS_CONFIG: the keys cannot
 * or must not be moved. Removes what a killed run has left beside the file.
 */
as_user_work home_find_keys;

/* arg is a struct home_keys. STATUS_NOT_STORED: the file is as before, or has other keys now. */
as_user_work home_remove_keys;

#endif
