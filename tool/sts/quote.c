#include "quote.h"

#include <stdbool.h>

void quote(char *dst, size_t size, const char *src)
{
	size_t n = 0;
	bool blank = false;

	for (; *src && n + 2 < size; src++) {
		if (*src == ' ' || (*src >= '\t' && *src <= '\r')) {
			blank = true;
			continue;
		}
		if (blank && n > 0)
			dst[n++] = ' ';
		blank = false;
		/* Threat: "; run: COMMAND" in a server's text looks like advice of ours. */
		if (*src == ';') {
			dst[n++] = ',';
			continue;
		}
		dst[n++] = *src > ' ' && *src <= '~' ? *src : '?';
	}
	dst[n] = '\0';
}
