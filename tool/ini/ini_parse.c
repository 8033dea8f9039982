/* Splits bytes into lines, as configparser.RawConfigParser._read() does (Python 3.11). */
#include "ini.h"

#include "character.h"
#include "text/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOM "\xef\xbb\xbf"
#define DEFAULT_SECTION "DEFAULT" /* configparser.DEFAULTSECT */

struct ini_reader {
	struct ini *ini;
	ini_fault_fn *fault;
	void *arg;
	bool has_cr;      /* the file has a CR */
	uint32_t lf;      /* offset of the next LF, or the end of the file */
	uint32_t section; /* index + 1 of the header above */
	bool lost;        /* the header above could not be read */
	/* The key above, and the unreadable line after the key or header. */
	const struct ini_line *key, *bad;
};

static void report(const struct ini_reader *r, enum ini_fault fault, const char *what)
{
	if (r->fault)
		r->fault(r->arg, fault, r->ini->path, r->ini->n_lines, what);
}

static void bad(struct ini_reader *r, struct ini_line *l, const char *what)
{
	l->kind = INI_BAD;
	r->bad = l;
	report(r, INI_UNREADABLE, what);
}

/* Nearly all characters are: this saves a call. */
static bool is_printable_ascii(char c)
{
	return c > ' ' && c <= '~';
}

/* Removes the white space at both ends of data[*from, *to). */
static void trim(const char *data, uint32_t *from, uint32_t *to)
{
	uint32_t n;

	while (*from < *to && !is_printable_ascii(data[*from]) &&
		(n = (uint32_t)utf8_space_at_start(data + *from, *to - *from)) > 0)
		*from += n;
	while (*from < *to && !is_printable_ascii(data[*to - 1]) &&
		(n = (uint32_t)utf8_space_at_end(data + *from, *to - *from)) > 0)
		*to -= n;
}

/* Makes l the line that counts for its name. Returns the line that counted before, or NULL. */
static struct ini_line *enter(const struct ini_reader *r, struct ini_line *l, uint32_t section)
{
	struct ini *ini = r->ini;
	uint32_t *slot = ini_slot(ini, section, ini->bytes.data + l->name, l->name_len);
	struct ini_line *before = *slot ? &ini->lines[*slot - 1] : NULL;

	*slot = (uint32_t)(l - ini->lines) + 1;
	if (before)
		before->next = *slot;
	return before;
}

static void read_header(struct ini_reader *r, struct ini_line *l)
{
	const char *name = r->ini->bytes.data + l->name;
	const struct ini_line *before;
	char what[256];

	l->kind = INI_SECTION;
	before = enter(r, l, 0);
	r->section = (uint32_t)(l - r->ini->lines) + 1;
	l->section = before ? before->section : r->section;
	r->key = r->bad = NULL;
	r->lost = false;
	if (l->name_len == strlen(DEFAULT_SECTION) &&
		memcmp(name, DEFAULT_SECTION, strlen(DEFAULT_SECTION)) == 0) {
		r->ini->defaults = l;
		return; /* it may appear any number of times */
	}
	if (!before)
		return;
	snprintf(what, sizeof(what),
		"section [%.*s] appears twice (first in line %u), expected "
		"once; aws-mfa reads both as one, but botocore refuses the file",
		(int)(l->name_len < 100 ? l->name_len : 100), name, l->section);
	report(r, INI_REFUSED, what);
}

/* Returns the offset of the first '=' or ':', or `to`. */
static uint32_t delimiter_in(const char *data, uint32_t from, uint32_t to)
{
	const char *equals = memchr(data + from, '=', to - from), *colon;

	to = equals ? (uint32_t)(equals - data) : to;
	colon = memchr(data + from, ':', to - from);
	return colon ? (uint32_t)(colon - data) : to;
}

/* Returns where a comment of this sign ends the value that begins at `from`, or `to`. */
static uint32_t comment_in(const char *data, uint32_t from, uint32_t to, char sign)
{
	const char *at = data + from, *end = data + to;

	for (; at < end && (at = memchr(at, sign, (size_t)(end - at))); at++)
		if (at[-1] == ' ' || at[-1] == '\t')
			return (uint32_t)(at - data);
	return to;
}

/* data[from, to) is the line's text. */
static void read_key(struct ini_reader *r, struct ini_line *l, uint32_t from, uint32_t to)
{
	const char *data = r->ini->bytes.data;
	const struct ini_line *before;
	uint32_t delimiter = delimiter_in(data, from, to);
	uint32_t value, name_end;
	char what[128];

	if (delimiter == to) {
		bad(r, l, "no '=' in this line, expected KEY = VALUE; the line is ignored");
		return;
	}
	name_end = delimiter;
	trim(data, &from, &name_end);
	if (name_end == from) {
		bad(r, l,
			"no key before the '=', expected KEY = VALUE; the line is "
			"ignored");
		return;
	}
	value = delimiter + 1;
	to = comment_in(data, value, to, '#');
	to = comment_in(data, value, to, ';');
	trim(data, &value, &to);
	l->kind = INI_KEY;
	l->name = from;
	l->name_len = name_end - from;
	l->value = value;
	l->value_len = to - value;
	r->key = l;
	r->bad = NULL;
	before = enter(r, l, r->ini->lines[r->section - 1].section);
	if (!before)
		return;
	/* Do not print the key: it may be the second half of a value that is split into two
	 * lines. */
	snprintf(what, sizeof(what),
		"this key appears twice (before in line %zu), expected once; "
		"aws-mfa uses the last one, but botocore refuses the file",
		(size_t)(before - r->ini->lines) + 1);
	report(r, INI_REFUSED, what);
}

static bool in_default(const struct ini_reader *r)
{
	return &r->ini->lines[r->section - 1] == r->ini->defaults;
}

static void read_continuation(struct ini_reader *r, struct ini_line *l, uint32_t from, uint32_t to)
{
	const char *data = r->ini->bytes.data;
	bool commented = r->key->value < r->key->end &&
		(data[r->key->value] == '#' || data[r->key->value] == ';');

	l->kind = INI_CONTINUATION;
	l->value = from;
	l->value_len = to - from;
	/* botocore reads a value as a block if the key's own line has no value. In [DEFAULT] it
	 * does so only when a section uses the key. */
	if (r->key->value_len == 0 && !commented && !in_default(r) &&
		!memchr(data + from, '=', to - from))
		report(r, INI_UNREADABLE,
			"no '=' in this line of a block, expected KEY = VALUE; botocore refuses "
			"the file");
}

static bool has_header(const struct ini_reader *r, struct ini_line *l, uint32_t from, uint32_t to)
{
	const char *data = r->ini->bytes.data;

	if (data[from] != '[')
		return false;
	while (to > from && data[to - 1] != ']')
		to--;
	if (to <= from + 2)
		return false;
	l->name = from + 1;
	l->name_len = to - 1 - l->name;
	return true;
}

/* Is a line that starts with '[' indented no deeper than the header or the key above? */
static bool may_be_header(const struct ini_reader *r, const struct ini_line *l)
{
	return !r->section || l->column <= r->ini->lines[r->section - 1].column ||
		(r->key && l->column <= r->key->column);
}

/* data[from, to) is the line without its line ending. */
static void read_line(struct ini_reader *r, struct ini_line *l, uint32_t from, uint32_t to)
{
	const char *data = r->ini->bytes.data;
	uint32_t first = from;
	bool deeper;

	if (!utf8_valid(data + from, to - from))
		report(r, INI_UNREADABLE,
			"this line is not UTF-8, expected UTF-8; botocore refuses the file");
	trim(data, &first, &to);
	l->indent = first - from;
	l->column = (uint32_t)character_count(data + from, l->indent);
	l->section = r->section;
	deeper = r->key && l->column > r->key->column;
	if (first == to) {
		l->kind = INI_BLANK;
	} else if (data[first] == '#' || data[first] == ';') {
		l->kind = INI_COMMENT;
	} else if (deeper && !r->bad) {
		read_continuation(r, l, first, to);
	} else if (has_header(r, l, first, to)) {
		read_header(r, l);
	} else if (data[first] == '[' && may_be_header(r, l) &&
		(!r->section || delimiter_in(data, first, to) == to)) {
		/* Do not add the lines below to the section above: that would mix the keys of two
		 * profiles. */
		r->section = l->section = 0;
		r->key = NULL;
		r->lost = true;
		bad(r, l,
			"section header without name or ']', expected [NAME]; it is "
			"ignored, with all lines up to the next header");
	} else if (r->lost) {
		l->kind = INI_BAD;
	} else if (deeper) {
		/* It is unclear if this continues the unreadable line or the key above. */
		l->kind = INI_BAD;
		report(r, INI_UNREADABLE,
			"indented below a line that cannot be read; fix that line "
			"first; this line is ignored");
	} else if (!r->section) {
		l->kind = INI_BAD;
		report(r, INI_UNREADABLE,
			"text before the first section, expected [NAME]; the line is "
			"ignored");
	} else {
		read_key(r, l, first, to);
	}
}

/* Returns where the line that starts at pos ends. *text_end is the end without the line ending. */
static uint32_t line_end(struct ini_reader *r, uint32_t pos, uint32_t *text_end)
{
	const char *data = r->ini->bytes.data;
	uint32_t size = (uint32_t)r->ini->bytes.size;
	const char *lf, *cr;

	/* Search for the LF once, not again for each CR before it. */
	if (pos == 0 || r->lf < pos) {
		lf = memchr(data + pos, '\n', size - pos);
		r->lf = lf ? (uint32_t)(lf - data) : size;
	}
	cr = r->has_cr ? memchr(data + pos, '\r', r->lf - pos) : NULL;
	*text_end = cr ? (uint32_t)(cr - data) : r->lf;
	if (*text_end == size)
		return size;
	return *text_end + (cr && *text_end + 1 == r->lf && r->lf < size ? 2 : 1);
}

static size_t count(const struct secret *b, char c)
{
	const char *at = b->data, *end = b->size > 0 ? b->data + b->size : at;
	size_t n = 0;

	for (; at < end && (at = memchr(at, c, (size_t)(end - at))); at++)
		n++;
	return n;
}

static bool allocate(struct ini_reader *r)
{
	struct ini *ini = r->ini;
	size_t lf = count(&ini->bytes, '\n'), cr = count(&ini->bytes, '\r');
	size_t n = lf + cr + 1;

	r->has_cr = cr > 0;
	if (lf > 0) {
		const char *first = memchr(ini->bytes.data, '\n', ini->bytes.size);

		ini->eol = first > ini->bytes.data && first[-1] == '\r' ? "\r\n" : "\n";
	} else {
		ini->eol = cr > 0 ? "\r" : "\n";
	}
	for (ini->n_slots = 2; ini->n_slots < 2 * n;)
		ini->n_slots *= 2;
	ini->lines = calloc(n, sizeof(*ini->lines));
	ini->slots = calloc(ini->n_slots, sizeof(*ini->slots));
	return ini->lines && ini->slots;
}

enum status ini_parse(struct ini *ini, const char *path, struct secret *bytes, ini_fault_fn *fault,
	void *arg, struct error *e)
{
	struct ini_reader r = {.ini = ini, .fault = fault, .arg = arg};
	uint32_t pos = 0;

	*ini = (struct ini){.bytes = *bytes, .path = strdup(path)};
	*bytes = (struct secret){0};
	if (ini->bytes.size > FILE_MAX_BYTES)
		errno = EFBIG;
	if (!ini->path || ini->bytes.size > FILE_MAX_BYTES || !allocate(&r)) {
		ini_free(ini);
		return error_system(e, path);
	}
	while (pos < ini->bytes.size) {
		struct ini_line *l = &ini->lines[ini->n_lines++];
		uint32_t text = pos, text_end;

		l->start = pos;
		l->end = pos = line_end(&r, pos, &text_end);
		if (text == 0 && ini->bytes.size >= 3 && memcmp(ini->bytes.data, BOM, 3) == 0) {
			text = 3;
			report(&r, INI_REFUSED,
				"starts with a byte order mark, expected none; aws-mfa ignores "
				"it, but botocore refuses the file");
		}
		read_line(&r, l, text, text_end);
	}
	return STATUS_OK;
}
