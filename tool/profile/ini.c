#include "ini.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* Shrinks data[*from, *to) by the white space at both of its ends. */
static void trim(const char *data, size_t *from, size_t *to)
{
	while (*from < *to && is_space(data[*from]))
		++*from;
	while (*to > *from && is_space(data[*to - 1]))
		--*to;
}

static void classify_key(const char *data, size_t from, size_t to, struct ini_line *line)
{
	size_t key_end = from;
	size_t value;

	while (key_end < to && data[key_end] != '=' && data[key_end] != ':')
		key_end++;
	if (key_end == to)
		return;
	value = key_end + 1;
	trim(data, &from, &key_end);
	if (key_end == from)
		return;
	for (size_t i = value; i < to; i++) {
		if ((data[i] == '#' || data[i] == ';') && is_space(data[i - 1])) {
			to = i;
			break;
		}
	}
	trim(data, &value, &to);
	line->kind = INI_KEY;
	line->name = from;
	line->name_len = key_end - from;
	line->value = value;
	line->value_len = to - value;
}

/* The text of one line is data[from, to), without its line ending. */
static void classify(const char *data, size_t from, size_t to, const struct ini_line *key,
	size_t section, struct ini_line *line)
{
	size_t first = from;

	trim(data, &first, &to);
	line->kind = INI_BAD;
	line->indent = first - from;
	line->section = section;
	if (first == to) {
		line->kind = INI_BLANK;
	} else if (data[first] == '#' || data[first] == ';') {
		line->kind = INI_COMMENT;
	} else if (key && line->indent > key->indent) {
		line->kind = INI_CONTINUATION;
	} else if (data[first] == '[') {
		size_t close = to;

		/* As in RawConfigParser the last ']' closes, whatever follows. */
		while (close > first && data[close - 1] != ']')
			close--;
		if (close > first + 2) {
			line->kind = INI_SECTION;
			line->name = first + 1;
			line->name_len = close - 1 - line->name;
		}
	} else if (section) {
		classify_key(data, first, to, line);
	}
}

static const char *fault_of(const struct ini *ini, const struct ini_line *line)
{
	char first = ini->bytes.data[line->start + line->indent];

	if (first == '[')
		return "section header without name or ']', expected [NAME]";
	if (!line->section)
		return "text before the first section, expected [NAME]";
	return "no '=' in this line, expected KEY = VALUE";
}

enum status ini_parse(struct ini *ini, const char *path, struct bytes *bytes, ini_fault_fn *fault,
	void *arg, struct error *e)
{
	const struct ini_line *key = NULL;
	size_t section = 0;
	size_t n = 0, pos = 0;
	const char *data;

	*ini = (struct ini){.bytes = *bytes, .eol = "\n", .path = strdup(path)};
	*bytes = (struct bytes){0};
	data = ini->bytes.data ? ini->bytes.data : "";
	for (size_t i = 0; i < ini->bytes.size; i++)
		n += data[i] == '\n';
	ini->lines = calloc(n + 1, sizeof(*ini->lines));
	if (!ini->lines || !ini->path) {
		ini_free(ini);
		return error_system(e, path);
	}
	if (n > 0) {
		const char *lf = memchr(data, '\n', ini->bytes.size);

		if (lf > data && lf[-1] == '\r')
			ini->eol = "\r\n";
	}
	while (pos < ini->bytes.size) {
		struct ini_line *line = &ini->lines[ini->n_lines++];
		const char *lf = memchr(data + pos, '\n', ini->bytes.size - pos);
		size_t text = pos;

		line->start = pos;
		line->end = lf ? (size_t)(lf + 1 - data) : ini->bytes.size;
		if (pos == 0 && ini->bytes.size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
			text = 3;
		classify(data, text, line->end - (lf ? 1 : 0), key, section, line);
		if (line->kind == INI_SECTION) {
			section = ini->n_lines;
			key = NULL;
		} else if (line->kind == INI_KEY) {
			key = line;
		} else if (line->kind == INI_BAD && fault) {
			fault(arg, ini->path, ini->n_lines, fault_of(ini, line));
		}
		pos = line->end;
	}
	return STATUS_OK;
}

void ini_free(struct ini *ini)
{
	bytes_free(&ini->bytes);
	free(ini->lines);
	free(ini->path);
	*ini = (struct ini){0};
}

/* Is name (its length len) the name on this line? Sections are compared exactly, keys not. */
static bool named(const struct ini *ini, const struct ini_line *line, const char *name, size_t len)
{
	const char *own = ini->bytes.data + line->name;

	if (line->name_len != len)
		return false;
	return line->kind == INI_SECTION ? memcmp(own, name, len) == 0
					 : strncasecmp(own, name, len) == 0;
}

bool ini_has_section(const struct ini *ini, const char *section)
{
	size_t len = strlen(section);

	for (size_t i = 0; i < ini->n_lines; i++)
		if (ini->lines[i].kind == INI_SECTION && named(ini, &ini->lines[i], section, len))
			return true;
	return false;
}

char *ini_get(const struct ini *ini, const char *section, const char *key, size_t *line)
{
	size_t section_len = strlen(section), key_len = strlen(key);
	const struct ini_line *found = NULL;
	bool inside = false;

	for (size_t i = 0; i < ini->n_lines; i++) {
		const struct ini_line *l = &ini->lines[i];

		if (l->kind == INI_SECTION)
			inside = named(ini, l, section, section_len);
		else if (inside && l->kind == INI_KEY && named(ini, l, key, key_len))
			found = l;
	}
	if (!found)
		return NULL;
	if (line)
		*line = (size_t)(found - ini->lines) + 1;
	return strndup(ini->bytes.data + found->value, found->value_len);
}
