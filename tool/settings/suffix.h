/*
 * The names of a profile's sections, such as NAME-long-term. suffix is the value of a setting;
 * "none", in any case, is no suffix, as in the Python tool.
 */
#ifndef AWS_MFA_SUFFIX_H
#define AWS_MFA_SUFFIX_H

#include <stddef.h>

/* Returns NAME-SUFFIX, or NAME without a suffix. The caller frees it. NULL without memory. */
char *suffix_add(const char *profile, const char *suffix);

/*
 * The length of NAME in section[len], which is NAME-SUFFIX. len for any other name, and without a
 * suffix.
 */
size_t suffix_cut(const char *section, size_t len, const char *suffix);

#endif
