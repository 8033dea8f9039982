#include "assemble.h"

#include <stdlib.h>
#include <string.h>

#define SHORT_LINE 1024 /* the room for a line and its end in libpam before 1.6 */

bool assemble_begin(struct assembler *a, const struct libpam *lib, const struct secret *file)
{
	size_t room = file->size + 2;

	*a = (struct assembler){.lib = lib, .bytes = file->data, .size = file->size, .number = 1};
	a->text = malloc(room < SHORT_LINE ? SHORT_LINE : room);
	return a->text != NULL;
}

void assemble_end(struct assembler *a)
{
	free(a->text);
	a->text = NULL;
}

/* Copies the rest of the line, but at most `most` bytes, to `to` and ends it with a NUL. */
static size_t copy_line(struct assembler *a, char *to, size_t most)
{
	size_t left = a->size - a->at, len = left < most ? left : most;
	const char *from = a->bytes + a->at;
	const char *end = len ? memchr(from, '\n', len) : NULL;

	if (end)
		len = (size_t)(end - from) + 1;
	if (len)
		memcpy(to, from, len);
	to[len] = '\0';
	a->at += len;
	a->number += end != NULL;
	return len;
}

/* Where in text[0, len) a backslash is that only blanks follow; len if there is none. */
static size_t find_backslash(const char *text, size_t len)
{
	size_t at = len;

	while (at > 0 && strchr(" \t\n", text[at - 1]) && text[at - 1])
		at--;
	return at > 0 && text[at - 1] == '\\' ? at - 1 : len;
}

/* Takes the line at `text`, which holds more than blanks. Returns how much of it to keep when the
 * line goes on, or 0. */
static size_t end_short(char *text, size_t blanks)
{
	char *begin = text + blanks;
	size_t len = strlen(begin), at;

	if (strchr(begin, '#')) {
		*strchr(begin, '#') = '\0';
		return 0;
	}
	at = find_backslash(begin, len);
	if (at == len)
		return 0;
	begin[at] = ' ';
	begin[at + 1] = '\0';
	return blanks + at + 1;
}

/* Before 1.6: lines of up to 1023 bytes; what is longer is read as several lines. */
static enum assembled next_short(struct assembler *a)
{
	size_t used = 0;

	for (;;) {
		char *text = a->text + used;
		size_t room = SHORT_LINE - used - 1, len, blanks, more;
		unsigned number = a->number;

		if (room == 0)
			return ASSEMBLED_HANGS; /* it asks for no bytes, and gets them */
		len = copy_line(a, text, room);
		if (len == 0)
			return used ? ASSEMBLED_BROKEN : ASSEMBLED_END;
		blanks = strspn(text, " \n\t");
		if (!text[blanks] || text[blanks] == '#')
			continue;
		if (!used)
			a->first = number;
		a->cut = len == room && text[len - 1] != '\n' && a->at < a->size;
		more = end_short(text, blanks);
		if (!more)
			return ASSEMBLED;
		used += more;
	}
}

/* Since 1.6. */
static enum assembled next_long(struct assembler *a)
{
	size_t used = 0;
	bool continued = false;

	for (;;) {
		char *text = a->text + used;
		unsigned number = a->number;
		size_t len = copy_line(a, text, a->size), at, blanks;
		bool ends;

		if (len == 0)
			return continued ? ASSEMBLED_BROKEN : ASSEMBLED_END;
		at = find_backslash(text, len);
		ends = at == len;
		if (!ends) {
			text[at] = ' ';
			text[at + 1] = '\0';
			len = at + 1;
		}
		ends = ends || strchr(text, '#');
		blanks = strspn(text, " \t");
		text[blanks + strcspn(text + blanks, "#")] = '\0';
		len -= blanks;
		if (ends && !used && (!text[blanks] || text[blanks] == '\n'))
			len = 0;
		if (len && !used)
			a->first = number;
		memmove(text, text + blanks, len);
		used += len;
		a->text[used] = '\0';
		if (ends && used && a->text[0])
			return ASSEMBLED;
		if (ends)
			used = 0;
		continued = !ends;
	}
}

enum assembled assemble_next(struct assembler *a)
{
	a->cut = false;
	return a->lib->reads_long_lines ? next_long(a) : next_short(a);
}
