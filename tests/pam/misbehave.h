/* Things that an application, or the program that started it, may have done to its process. */
#ifndef AWS_MFA_TESTS_MISBEHAVE_H
#define AWS_MFA_TESTS_MISBEHAVE_H

/*
 * how: one of the words in misbehave.c; aborts at any other. keep: a descriptor that must not
 * change.
 */
void misbehave(const char *how, int keep);

#endif
