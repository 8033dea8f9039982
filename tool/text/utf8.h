/* UTF-8 as Python reads it: white space is what str.isspace() takes for it. */
#ifndef AWS_MFA_UTF8_H
#define AWS_MFA_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* The bytes of the white space character that s[0, len) starts or ends with, 0 for none. */
size_t utf8_space_at_start(const char *s, size_t len);
size_t utf8_space_at_end(const char *s, size_t len);

/* The characters in s[0, len), which is UTF-8. */
size_t utf8_characters(const char *s, size_t len);

/* Is s[0, len) UTF-8 (RFC 3629: no surrogates, nothing longer than it must be)? */
bool utf8_valid(const char *s, size_t len);

#endif
