/* What `aws-mfa exec` has set in the environment of this shell, and the user has not. */
#ifndef AWS_MFA_OUTER_H
#define AWS_MFA_OUTER_H

#include <stdbool.h>

/*
 * Are the variables of the region those of exec? It sets both, to the region of its profile. If the
 * user has set one of them since, they differ, and count.
 */
bool outer_set_region(void);

#endif
