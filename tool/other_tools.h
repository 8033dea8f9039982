/* The words of other tools for what aws-mfa does, for "did you mean". */
#ifndef AWS_MFA_OTHER_TOOLS_H
#define AWS_MFA_OTHER_TOOLS_H

#include <stddef.h>

/*
 * What aws-mfa calls a command or option that has another name in aws-vault, awsume, granted or the
 * AWS CLI. word: len bytes, an option with its hyphens. NULL if it is none of these.
 */
const char *other_tools_word(const char *word, size_t len);

#endif
