/* Checks that the two files of ~/.aws can be read by every AWS tool: encoding and lines. */
#ifndef AWS_MFA_CONTENT_H
#define AWS_MFA_CONTENT_H

#include "findings.h"
#include "settings/taken.h"

/* Checks the files that s holds. False: one of them is no text, so nothing can be found in it. */
bool content_check(struct findings *l, const struct settings *s);

#endif
