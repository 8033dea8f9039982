#include "utf8.h"

#include "character.h"

#include <stdint.h>
#include <string.h>

static bool is_ascii_space(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);
}

/* U+0085 and U+00A0 */
static bool is_space2(const unsigned char *s)
{
	return s[0] == 0xc2 && (s[1] == 0x85 || s[1] == 0xa0);
}

/* U+1680, U+2000 to U+200A, U+2028, U+2029, U+202F, U+205F and U+3000 */
static bool is_space3(const unsigned char *s)
{
	if (s[0] == 0xe2 && s[1] == 0x80)
		return (s[2] >= 0x80 && s[2] <= 0x8a) || s[2] == 0xa8 || s[2] == 0xa9 ||
			s[2] == 0xaf;
	return memcmp(s, "\xe1\x9a\x80", 3) == 0 || memcmp(s, "\xe2\x81\x9f", 3) == 0 ||
		memcmp(s, "\xe3\x80\x80", 3) == 0;
}

size_t utf8_space_at_start(const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;

	if (len >= 1 && is_ascii_space(u[0]))
		return 1;
	if (len >= 2 && is_space2(u))
		return 2;
	return len >= 3 && is_space3(u) ? 3 : 0;
}

size_t utf8_space_at_end(const char *s, size_t len)
{
	const unsigned char *end = (const unsigned char *)s + len;

	if (len >= 1 && is_ascii_space(end[-1]))
		return 1;
	if (len >= 2 && is_space2(end - 2))
		return 2;
	return len >= 3 && is_space3(end - 3) ? 3 : 0;
}

bool utf8_valid(const char *s, size_t len)
{
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		uint64_t word;

		/* Nearly all text is ASCII: check eight bytes at once. */
		for (; len - i >= sizeof(word); i += sizeof(word)) {
			memcpy(&word, s + i, sizeof(word));
			if (word & 0x8080808080808080)
				break;
		}
		n = 0;
		if (i < len && character_first(s + i, len - i, &n) == NO_CHARACTER)
			return false;
	}
	return true;
}
