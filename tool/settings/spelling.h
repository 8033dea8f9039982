/* How far two words are apart, for "did you mean". */
#ifndef AWS_MFA_SPELLING_H
#define AWS_MFA_SPELLING_H

#include <stddef.h>

#define SPELLING_MAX 64 /* bytes of a word that is compared */

/*
 * The bytes to be inserted, left out or changed to make one of the other; two neighbours in each
 * other's place count once. Capitals count as small letters (ASCII). Over SPELLING_MAX bytes:
 * SIZE_MAX.
 */
size_t spelling_distance(const char *a, size_t a_len, const char *b, size_t b_len);

#endif
