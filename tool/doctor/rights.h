/* Checks who can read and change the user's files. A login applies the same rules (owner.h). */
#ifndef AWS_MFA_RIGHTS_H
#define AWS_MFA_RIGHTS_H

#include "findings.h"
#include "settings/taken.h"

/* Needs s->value of the two files, and s->credentials_stat where there is a credentials file. */
void rights_check(struct findings *l, const struct settings *s);

#endif
