#include "color.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool color_is_plain(void)
{
	const char *term = getenv("TERM");

	return !term || !*term || strcmp(term, "dumb") == 0;
}

bool color_wanted(int fd)
{
	const char *no_color = getenv("NO_COLOR");

	return !(no_color && *no_color) && !color_is_plain() && isatty(fd);
}

void color_print(FILE *out, const char *color, const char *text)
{
	fprintf(out, "%s%s%s", color, text, *color ? COLOR_END : "");
}
