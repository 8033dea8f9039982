#include "clean.h"

/*
 * Threat: terminal sequences and forged log lines. 8-bit controls hide in UTF-8 too, so nothing
 * but ASCII passes.
 */
void clean_text(char *to, size_t size, const char *from)
{
	size_t n = 0;

	for (; *from && n + 1 < size; from++)
		to[n++] = *from < 0x20 || *from > 0x7e ? '?' : *from == '"' ? '\'' : *from;
	to[n] = '\0';
}
