/* How far two words are apart, for "did you mean". */
#ifndef AWS_MFA_SPELLING_H
#define AWS_MFA_SPELLING_H

#include <stdbool.h>
#include <stddef.h>

#define SPELLING_MAX 64 /* bytes; a longer word is like no other */

/*
 * True when word[len] may be meant by wanted[wanted_len], and is nearer to it than *distance, which
 * then becomes its own. *distance must be SIZE_MAX before the first word.
 */
bool spelling_is_nearer(
	const char *word, size_t len, const char *wanted, size_t wanted_len, size_t *distance);

#endif
