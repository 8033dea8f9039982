#include "character.h"

uint32_t character_first(const char *text, size_t room, size_t *len)
{
	static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
	const unsigned char *s = (const unsigned char *)text;
	unsigned more = s[0] >= 0xf8 ? 0 : s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : s[0] >= 0xc0;
	uint32_t c = s[0] & (0x3fU >> more);

	*len = 1;
	if (s[0] < 0x80)
		return s[0];
	if (more == 0 || more >= room)
		return NO_CHARACTER;
	for (unsigned i = 1; i <= more; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return NO_CHARACTER;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return NO_CHARACTER;
	*len = 1 + more;
	return c;
}

/* Each character has exactly one byte that does not begin with the bits 10. */
size_t character_count(const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += (text[i] & 0xc0) != 0x80;
	return n;
}

bool character_is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

bool character_steers(uint32_t c)
{
	return character_is_control(c) || c == 0x061c || c == 0x200e || c == 0x200f ||
		(c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

uint32_t character_shown(const char *text, size_t *len)
{
	uint32_t c = character_first(text, SIZE_MAX, len);

	return c == NO_CHARACTER || character_steers(c) ? '?' : c;
}
