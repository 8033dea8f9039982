/* How far two words are apart, for "did you mean". */
#ifndef AWS_MFA_SPELLING_H
#define AWS_MFA_SPELLING_H

#include <stdbool.h>
#include <stddef.h>

#define SPELLING_MAX 64 /* bytes of a word that is compared */

/*
 * The bytes to be inserted, left out or changed to make one of the other; two neighbours in each
 * other's place count once. Capitals count as small letters (ASCII). Over SPELLING_MAX bytes:
 * SIZE_MAX.
 */
size_t spelling_distance(const char *a, size_t a_len, const char *b, size_t b_len);

/*
 * True when word[len] may be meant by wanted[wanted_len], and is nearer to it than *distance, which
 * then becomes its own. *distance must be SIZE_MAX before the first word.
 */
bool spelling_is_nearer(
	const char *word, size_t len, const char *wanted, size_t wanted_len, size_t *distance);

#endif
