#include "json.h"

#include "character.h"

#include <stddef.h>
#include <stdint.h>

void json_string(FILE *out, const char *text)
{
	size_t len;

	if (!text) {
		fputs("null", out);
		return;
	}
	putc('"', out);
	for (; *text; text += len) {
		uint32_t c = character_first(text, SIZE_MAX, &len);

		if (c == NO_CHARACTER)
			putc('?', out);
		else if (c < 0x20 || c == '"' || c == '\\')
			fprintf(out, "\\u%04x", (unsigned)c);
		else
			fprintf(out, "%.*s", (int)len, text);
	}
	putc('"', out);
}
