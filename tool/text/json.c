#include "json.h"

#include "character.h"

#include <inttypes.h>
#include <stddef.h>

/* The bytes at the start of text that a JSON string has as they are. Nearly all are. */
static size_t plain(const char *text)
{
	size_t n = 0;

	while ((text[n] >= 0x20 && text[n] < 0x7f) && text[n] != '"' && text[n] != '\\')
		n++;
	return n;
}

void json_string(FILE *out, const char *text)
{
	size_t len;

	if (!text) {
		fputs_unlocked("null", out);
		return;
	}
	putc_unlocked('"', out);
	for (; *text; text += len) {
		uint32_t c;

		len = plain(text);
		if (len > 0) {
			(void)fwrite_unlocked(text, 1, len, out);
			continue;
		}
		c = character_first(text, SIZE_MAX, &len);
		if (c == NO_CHARACTER)
			putc_unlocked('?', out);
		else if (character_steers(c) || c == '"' || c == '\\')
			fprintf(out, "\\u%04x", (unsigned)c);
		else
			(void)fwrite_unlocked(text, 1, len, out);
	}
	putc_unlocked('"', out);
}

void json_member(FILE *out, const char *before, const char *name, const char *text)
{
	fputs_unlocked(before, out);
	putc_unlocked('"', out);
	fputs_unlocked(name, out);
	fputs_unlocked("\":", out);
	json_string(out, text);
}

void json_number(FILE *out, const char *name, int64_t number, bool known)
{
	fprintf(out, ",\"%s\":", name);
	if (known)
		fprintf(out, "%" PRId64, number);
	else
		fputs("null", out);
}
