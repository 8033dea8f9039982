#include "ini.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void ini_free(struct ini *ini)
{
	secret_free(&ini->bytes);
	free(ini->lines);
	free(ini->slots);
	free(ini->path);
	*ini = (struct ini){0};
}

/* Not tolower(): that depends on the locale. */
static unsigned char small_letter(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Section names are case-sensitive, keys are not. */
static bool names_match(const char *a, const char *b, size_t len, bool exactly)
{
	if (exactly)
		return memcmp(a, b, len) == 0;
	for (size_t i = 0; i < len; i++)
		if (small_letter(a[i]) != small_letter(b[i]))
			return false;
	return true;
}

/*
 * Names that match have the same hash. Keys of one name get slots in the order of their sections.
 * Otherwise, in a large file, each look-up would cost a cache miss. Threat: a file of names that
 * do not match and have the same hash takes seconds, so only letters lose their case.
 */
static size_t hash(size_t section, const char *name, size_t len)
{
	size_t h = 0;

	for (size_t i = 0; i < len; i++)
		h = h * 31 + (section ? small_letter(name[i]) : (unsigned char)name[i]);
	return h + 2 * section;
}

/* At least half of the slots are empty, so the search is short. */
uint32_t *ini_slot(const struct ini *ini, size_t section, const char *name, size_t len)
{
	for (size_t i = hash(section, name, len);; i++) {
		uint32_t *slot = &ini->slots[i & (ini->n_slots - 1)];
		const struct ini_line *l;
		bool header;

		if (!*slot)
			return slot;
		l = &ini->lines[*slot - 1];
		header = l->kind == INI_SECTION;
		if (header == !section && l->name_len == len &&
			(header || ini->lines[l->section - 1].section == section) &&
			names_match(ini->bytes.data + l->name, name, len, header))
			return slot;
	}
}

const struct ini_line *ini_section(const struct ini *ini, const char *name, size_t len)
{
	size_t line = ini->n_slots ? *ini_slot(ini, 0, name, len) : 0;

	return line ? &ini->lines[line - 1] : NULL;
}

bool ini_is_section(const struct ini *ini, const struct ini_line *l)
{
	return l->kind == INI_SECTION && !l->next && l != ini->defaults;
}

bool ini_has_section(const struct ini *ini, const char *section)
{
	const struct ini_line *header = ini_section(ini, section, strlen(section));

	return header && ini_is_section(ini, header);
}

const struct ini_line *ini_key(
	const struct ini *ini, const struct ini_line *section, const char *key, size_t len)
{
	size_t line = *ini_slot(ini, section->section, key, len);

	if (!line && ini->defaults)
		line = *ini_slot(ini, ini->defaults->section, key, len);
	return line ? &ini->lines[line - 1] : NULL;
}

struct secret ini_value(const struct ini *ini, const struct ini_line *key)
{
	const struct ini_line *end = ini->lines + ini->n_lines, *l;
	bool block = key->value_len == 0;
	size_t last = key->end;
	struct secret value;

	for (l = key + 1; l < end && l->kind != INI_KEY && l->kind != INI_SECTION; l++)
		if (l->kind == INI_CONTINUATION)
			last = l->end;
	/* Each line adds at most its text and a newline. The line's own ending has room for the
	 * newline. */
	if (!secret_make(&value, last - key->value))
		return value;
	for (l = key; l < end && l->start < last; l++) {
		if (l->kind == INI_COMMENT || (block && l->kind == INI_BLANK))
			continue;
		if (l != key)
			secret_add(&value, "\n", 1);
		secret_add(&value, ini->bytes.data + l->value, l->value_len);
	}
	return value;
}

size_t ini_line_number(const struct ini *ini, const struct ini_line *l)
{
	return (size_t)(l - ini->lines) + 1;
}

struct secret ini_get_secret(
	const struct ini *ini, const char *section, const char *key, size_t *line)
{
	const struct ini_line *header = ini_section(ini, section, strlen(section));
	const struct ini_line *found = header ? ini_key(ini, header, key, strlen(key)) : NULL;

	if (!found)
		return (struct secret){0};
	if (line)
		*line = ini_line_number(ini, found);
	return ini_value(ini, found);
}

char *ini_get(const struct ini *ini, const char *section, const char *key, size_t *line)
{
	return ini_get_secret(ini, section, key, line).data;
}
