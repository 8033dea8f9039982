/*
 * Session tags in one line: KEY=VALUE,KEY=VALUE. A comma can stand in neither (STS service model,
 * tagKeyType and tagValueType: letters, digits, blanks and _.:/=+-@).
 */
#ifndef AWS_MFA_TAGS_H
#define AWS_MFA_TAGS_H

#include <stddef.h>

/*
 * The next of the items separated by commas, without blanks around it; empty ones are passed over.
 * Moves *rest behind it. NULL at the end.
 */
const char *tags_next(const char **rest, size_t *len);

/* As the checks in value.h: NULL, or what was expected. A key is there once, in any case. */
const char *tags_check(const char *tags);

/* Keys alone, each of them one of the tags'. tags may be NULL. */
const char *tags_check_keys(const char *keys, const char *tags);

#endif
