#include "spelling.h"

#include <ctype.h>
#include <stdint.h>

#define NEAR 2 /* bytes that may be wrong in a misspelt name */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/*
 * How many bytes must be inserted, removed or changed to turn a into b. Two swapped neighbours
 * count once. ASCII case does not matter. SIZE_MAX if a word is longer than SPELLING_MAX.
 */
static size_t distance_of(const char *a, size_t a_len, const char *b, size_t b_len)
{
	/* d[i][j]: the first i bytes of a and the first j of b (Damerau, "optimal alignment"). */
	size_t d[SPELLING_MAX + 1][SPELLING_MAX + 1];

	if (a_len > SPELLING_MAX || b_len > SPELLING_MAX)
		return SIZE_MAX;
	for (size_t i = 0; i <= a_len; i++)
		d[i][0] = i;
	for (size_t j = 0; j <= b_len; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		for (size_t j = 1; j <= b_len; j++) {
			bool equal = same(a[i - 1], b[j - 1]);

			d[i][j] = least(
				least(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + !equal);
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	}
	return d[a_len][b_len];
}

bool spelling_is_nearer(
	const char *word, size_t len, const char *wanted, size_t wanted_len, size_t *distance)
{
	size_t d = distance_of(word, len, wanted, wanted_len);

	/* More than half of the letters must be right. */
	if (d > NEAR || 2 * d >= wanted_len || d >= *distance)
		return false;
	*distance = d;
	return true;
}
