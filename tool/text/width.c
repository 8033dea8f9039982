#include "width.h"

#include "character.h"
#include "log.h"

#include <locale.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <wchar.h>

/* Of a character that is not ASCII. The C library knows, but only in a locale of UTF-8. */
static size_t width_of_character(uint32_t c)
{
	static locale_t utf8;
	locale_t before;
	int width;

	if (!utf8)
		utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (!utf8)
		return 1;
	before = uselocale(utf8);
	width = wcwidth((wchar_t)c);
	uselocale(before);
	return width < 0 ? 1 : (size_t)width;
}

size_t width_clean(char *text)
{
	size_t width = 0, len;

	for (; *text >= ' ' && *text <= '~'; text++)
		width++;
	log_clean(text);
	for (; *text; text += len) {
		uint32_t c = character_first(text, SIZE_MAX, &len);

		width += c < 0x80 ? 1 : width_of_character(c);
	}
	return width;
}

size_t width_print(FILE *out, const char *text)
{
	size_t width = 0, len;

	for (; *text; text += len) {
		uint32_t c = character_shown(text, &len);

		width += c < 0x80 ? 1 : width_of_character(c);
		if (out)
			(void)fwrite(c == '?' ? "?" : text, 1, c == '?' ? 1 : len, out);
	}
	return width;
}

size_t width_of_terminal(int fd)
{
	struct winsize size;

	return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
