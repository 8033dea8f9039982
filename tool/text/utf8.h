/* UTF-8 as Python reads it: white space is what str.isspace() accepts. */
#ifndef AWS_MFA_UTF8_H
#define AWS_MFA_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Returns the length of the white space character at the start or end of s[0, len), else 0. */
size_t utf8_space_at_start(const char *s, size_t len);
size_t utf8_space_at_end(const char *s, size_t len);

/* Is s[0, len) UTF-8 (RFC 3629: no surrogates, no overlong forms)? */
bool utf8_valid(const char *s, size_t len);

#endif
