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
 * Does the terminal show text alone? TERM is "dumb", empty or unset: as in curses, it may then be
 * any terminal, such as that of a screen reader.
 */
bool color_is_plain(void);

/* Is fd a terminal that is not plain, and NO_COLOR unset or empty (no-color.org)? */
bool color_wanted(int fd);

/* Prints text in this color; "" for none. */
void color_print(FILE *out, const char *color, const char *text);

#endif
