/* The words of a line of a PAM file. */
#ifndef AWS_MFA_STACK_WORD_H
#define AWS_MFA_STACK_WORD_H

/*
 * The first word of *rest, which it ends with a NUL; *rest is then what follows, or NULL. NULL when
 * there is no word. "[a b]" is one word without its brackets, "\]" in it a ']'.
 */
char *word_next(char **rest);

#endif
