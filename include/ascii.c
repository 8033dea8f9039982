#include "ascii.h"

static bool is_within(const char *text, char first)
{
	for (; *text; text++)
		if (*text < first || *text > '~')
			return false;
	return true;
}

bool ascii_is_printable(const char *text)
{
	return is_within(text, ' ');
}

bool ascii_is_graphic(const char *text)
{
	return is_within(text, '!');
}

bool ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool ascii_is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

bool ascii_has_control(const char *text)
{
	for (; *text; text++)
		if (ascii_is_control(*text))
			return true;
	return false;
}
