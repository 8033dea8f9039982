/* Checks whether a session can be stored in the credentials file, and whether it stays there. */
#ifndef AWS_MFA_STORING_H
#define AWS_MFA_STORING_H

#include "findings.h"
#include "settings/taken.h"

/* Needs the credentials file in s, as read. The file is not changed. */
void storing_check(struct findings *l, const struct settings *s);

#endif
