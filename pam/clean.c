#include "clean.h"

#include <stdint.h>
#include <string.h>

#define NO_CHARACTER UINT32_MAX

/*
 * The character that text begins with, and its bytes in *len. NO_CHARACTER and 1 where this is not
 * UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
 */
static uint32_t first(const char *text, size_t *len)
{
	static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
	const unsigned char *s = (const unsigned char *)text;
	unsigned more = s[0] >= 0xf8 ? 0 : s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : s[0] >= 0xc0;
	uint32_t c = s[0] & (0x3fU >> more);

	*len = 1;
	if (s[0] < 0x80)
		return s[0];
	if (more == 0)
		return NO_CHARACTER;
	for (unsigned i = 1; i <= more; i++) { /* the final NUL does not pass this */
		if ((s[i] & 0xc0) != 0x80)
			return NO_CHARACTER;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return NO_CHARACTER;
	*len = 1 + more;
	return c;
}

static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

/* UAX #9, 2: the explicit directional formatting characters. */
static bool is_bidirectional(uint32_t c)
{
	return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
		(c >= 0x2066 && c <= 0x2069);
}

/* Unicode's White_Space, where is_control() has not taken it already. */
static bool is_blank(uint32_t c)
{
	return c == ' ' || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
		c == 0x202f || c == 0x205f || c == 0x3000;
}

/*
 * Threat: a name that looks like another one in the log, or like several fields. Unicode's
 * Default_Ignorable_Code_Point, where the above has not taken it already, and the empty Braille
 * pattern, which is no blank and looks like one.
 */
static bool is_unseen(uint32_t c)
{
	static const uint32_t ranges[][2] = {{0xad, 0xad}, {0x34f, 0x34f}, {0x115f, 0x1160},
		{0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x200b, 0x200f}, {0x2060, 0x206f},
		{0x2800, 0x2800}, {0x3164, 0x3164}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff},
		{0xffa0, 0xffa0}, {0xfff0, 0xfff8}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
		{0xe0000, 0xe0fff}};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	return false;
}

/*
 * Threat: terminal sequences, text that a terminal shows in another order than it was written, and
 * forged log lines.
 */
static void clean(char *to, size_t size, const char *from, bool word)
{
	size_t n = 0, len;

	for (; *from; from += len) {
		uint32_t c = first(from, &len);

		if (c == NO_CHARACTER || is_control(c) || is_bidirectional(c) || c == 0x2028 ||
			c == 0x2029 || (word && (is_blank(c) || is_unseen(c))))
			c = '?';
		else if (c == '"')
			c = '\'';
		if (n + (c < 0x80 ? 1 : len) >= size)
			break;
		if (c < 0x80) {
			to[n++] = (char)c;
		} else {
			memcpy(to + n, from, len);
			n += len;
		}
	}
	to[n] = '\0';
}

void clean_text(char *to, size_t size, const char *from)
{
	clean(to, size, from, false);
}

void clean_word(char *to, size_t size, const char *from)
{
	clean(to, size, from, true);
}

bool clean_has_control(const char *text)
{
	size_t len;

	for (; *text; text += len) {
		uint32_t c = first(text, &len);

		if (is_control(c == NO_CHARACTER ? (unsigned char)*text : c))
			return true;
	}
	return false;
}
