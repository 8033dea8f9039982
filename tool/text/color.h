/* When and how output has colors. The words must say the same without them. */
#ifndef AWS_MFA_COLOR_H
#define AWS_MFA_COLOR_H

#include <stdbool.h>
#include <stdio.h>

#define COLOR_RED "\033[31m"
#define COLOR_GREEN "\033[32m"
#define COLOR_YELLOW "\033[33m"
#define COLOR_BOLD "\033[1m"
#define COLOR_END "\033[0m"

/*
 * True if fd is a terminal that is not "dumb" by TERM, and NO_COLOR is unset or empty
 * (no-color.org).
 */
bool color_wanted(int fd);

/* Prints text in this color; "" for none. */
void color_print(FILE *out, const char *color, const char *text);

#endif
