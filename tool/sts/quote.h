/*
 * Makes a server's text fit for one line on a terminal and in a log. Stricter than
 * character_shown(): AWS answers in ASCII, and a server must not seem to give advice of ours.
 */
#ifndef AWS_MFA_STS_QUOTE_H
#define AWS_MFA_STS_QUOTE_H

#include <stddef.h>

/*
 * Copies at most size - 1 bytes of src. ';' becomes ',', and every byte that is not printable ASCII
 * becomes '?'. Several blanks become one; blanks at both ends are dropped.
 */
void quote(char *dst, size_t size, const char *src);

#endif
