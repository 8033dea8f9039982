/* What an application, or whoever started it, may have done to its process. */
#ifndef AWS_MFA_TESTS_MISBEHAVE_H
#define AWS_MFA_TESTS_MISBEHAVE_H

/* how: one of the words in misbehave.c, else it aborts. keep: a descriptor that stays as it is. */
void misbehave(const char *how, int keep);

#endif
