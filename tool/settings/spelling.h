/* How far two words are apart, for "did you mean". */
#ifndef AWS_MFA_SPELLING_H
#define AWS_MFA_SPELLING_H

#include <stdbool.h>
#include <stddef.h>

#define SPELLING_MAX 64 /* bytes; a longer word has no near word */

/*
 * True if wanted[wanted_len] may be a misspelt word[len], and their distance is below *distance.
 * *distance then becomes their distance. Set it to SIZE_MAX before the first word.
 */
bool spelling_is_nearer(
	const char *word, size_t len, const char *wanted, size_t wanted_len, size_t *distance);

#endif
