/* Checks what AWS tools would use instead of the session. */
#ifndef AWS_MFA_HIDDEN_H
#define AWS_MFA_HIDDEN_H

#include "findings.h"
#include "settings/taken.h"

/* Variables of this shell. Needs s->session and the profile. */
void hidden_check_variables(struct findings *l, const struct settings *s);

/* What the files have. Needs both files in s, as read. */
void hidden_check_files(struct findings *l, const struct settings *s);

#endif
