#include "verdict.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

int verdict_set(struct verdict *v, int status, const char *fmt, ...)
{
	va_list ap;

	v->status = status;
	va_start(ap, fmt);
	vsnprintf(v->text, sizeof(v->text), fmt, ap);
	va_end(ap);
	return status;
}

void verdict_quote(char *dst, size_t size, const char *src)
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
		/* C1 controls and bidi overrides hide in UTF-8, so that is not passed on either. */
		dst[n++] = *src > ' ' && *src <= '~' ? *src : '?';
	}
	dst[n] = '\0';
}
