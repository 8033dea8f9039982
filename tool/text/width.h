/* How many columns text takes on a terminal. */
#ifndef AWS_MFA_WIDTH_H
#define AWS_MFA_WIDTH_H

#include <stddef.h>
#include <stdio.h>

/*
 * Does log_clean(). Returns the columns of text, as a terminal shows it: two for each wide
 * character, such as those of Chinese, none for a combining one.
 */
size_t width_clean(char *text);

/* Prints text as character_shown() has it, and returns its columns. out is NULL: only counts. */
size_t width_print(FILE *out, const char *text);

/* Returns the columns of the terminal on fd; 0 if fd is no terminal, or it does not say. */
size_t width_of_terminal(int fd);

#endif
