/*
 * A session policy: the document that narrows the rights of a role's session (AssumeRole, Policy).
 * An entry holds it in one line.
 */
#ifndef AWS_MFA_POLICY_H
#define AWS_MFA_POLICY_H

#include "text/secret.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Is text[0, size) a JSON object (RFC 8259)? If not, *line is the line of the first fault. This
 * does not tell whether IAM accepts the policy: the next login does.
 *
 * If out is not NULL, it becomes the same object in one line without blanks. '#' and ';' are
 * escaped there: they could begin a comment. The caller frees it. out->data is NULL without memory.
 */
bool policy_read(const char *text, size_t size, size_t *line, struct secret *out);

#endif
