/* The shell around this process: what `aws-mfa exec` has set in it, and what hides a session. */
#ifndef AWS_MFA_OUTER_H
#define AWS_MFA_OUTER_H

#include <stdbool.h>

/*
 * Are the variables of the region those of exec? It sets both, to the region of its profile. If the
 * user has set one of them since, they differ, and count.
 */
bool outer_set_region(void);

/* The command that takes keys and a session out of the shell: "unset AWS_ACCESS_KEY_ID ...". */
const char *outer_unset_keys(void);

#endif
