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

bool ascii_has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return true;
	return false;
}
