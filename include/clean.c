#include "clean.h"

#include <stdint.h>
#include <string.h>

#include "character.h"

/* Unicode's White_Space, where character_steers() has not taken it already. */
static bool is_blank(uint32_t c)
{
	return c == ' ' || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
		c == 0x202f || c == 0x205f || c == 0x3000;
}

/*
 * Threat: a name that looks like another name in the log, or like several fields. This is Unicode's
 * Default_Ignorable_Code_Point, without what is listed above, and the empty Braille pattern, which
 * looks like a blank.
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

static void clean(char *to, size_t size, const char *from, bool word)
{
	size_t n = 0, len;

	for (; *from; from += len) {
		uint32_t c = character_shown(from, &len);

		if (word && (is_blank(c) || is_unseen(c)))
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
		uint32_t c = character_first(text, SIZE_MAX, &len);

		if (character_is_control(c == NO_CHARACTER ? (unsigned char)*text : c))
			return true;
	}
	return false;
}
