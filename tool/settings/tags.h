/*
 * Session tags in one line: KEY=VALUE,KEY=VALUE. Neither KEY nor VALUE can have a comma (STS
 * service model, tagKeyType and tagValueType: letters, digits, blanks and _.:/=+-@).
 */
#ifndef AWS_MFA_TAGS_H
#define AWS_MFA_TAGS_H

#include <stddef.h>

/*
 * Returns the next item of a list with commas, without blanks around it. Skips empty items. *len is
 * its length; *rest moves past it. NULL at the end.
 */
const char *tags_next(const char **rest, size_t *len);

/*
 * Like the checks in value.h: NULL, or what was expected. Two keys that differ only in case are
 * refused.
 */
const char *tags_check(const char *tags);

/* Checks a list of keys. Each must be the key of one of tags, which may be NULL. */
const char *tags_check_keys(const char *keys, const char *tags);

#endif
