/* Whether a line of pam_succeed_if holds for a user. */
#ifndef AWS_MFA_STACK_CONDITION_H
#define AWS_MFA_STACK_CONDITION_H

#include "stack.h"

enum condition { CONDITION_UNKNOWN, CONDITION_HOLDS, CONDITION_FAILS };

/*
 * Understands "user ingroup NAME", "user notingroup NAME", "user = NAME", "user != NAME" and "uid"
 * with a comparison, one of them in a line. CONDITION_UNKNOWN for all else, and without a user.
 */
enum condition condition_of(const struct stack_line *line, const char *user);

#endif
