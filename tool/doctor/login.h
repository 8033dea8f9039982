/* Checks what the PAM module would refuse at a login, on a host that uses it. */
#ifndef AWS_MFA_LOGIN_H
#define AWS_MFA_LOGIN_H

#include "findings.h"

/* The settings of this profile, read as a login reads them. Nothing if no PAM stack names the
 * module. */
void login_check(struct findings *l, const char *profile);

#endif
