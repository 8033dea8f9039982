#include "absence.h"

#include "text/shell.h"
#include "text/utf8.h"

#include <string.h>
#include <strings.h>

#define LOOKED_AT 512 /* bytes at the start of a file that show its encoding */

static bool starts_with(const struct secret *b, const char *prefix, size_t len)
{
	return b->size >= len && memcmp(b->data, prefix, len) == 0;
}

/*
 * Returns the encoding by its iconv name; NULL for UTF-8 and for a file that is no text.
 * A file without a byte order mark is UTF-16 if about every other byte is NUL: ASCII text in UTF-16
 * looks like that.
 */
static const char *wide_encoding(const struct secret *b)
{
	size_t size = b->size < LOOKED_AT ? b->size : LOOKED_AT;
	size_t nul[2] = {0};

	/* Check UTF-32 first: its mark starts with the mark of UTF-16. */
	if (starts_with(b, "\xff\xfe\0\0", 4) || starts_with(b, "\0\0\xfe\xff", 4))
		return "UTF-32";
	if (starts_with(b, "\xff\xfe", 2) || starts_with(b, "\xfe\xff", 2))
		return "UTF-16";
	for (size_t i = 0; i < size; i++)
		nul[i % 2] += b->data[i] == '\0';
	if (size < 4)
		return NULL;
	if (nul[0] == 0 && nul[1] >= size / 2 - size / 16)
		return "UTF-16LE";
	return nul[1] == 0 && nul[0] >= size / 2 - size / 16 ? "UTF-16BE" : NULL;
}

enum status absence_check_encoding(const struct ini *ini, struct error *e)
{
	const char *encoding = wide_encoding(&ini->bytes);
	const char *slash = strrchr(ini->path, '/');
	const char *option;
	char folder[200], name[80]; /* short, so that the whole command fits in *e */
	size_t len = slash ? (size_t)(slash - ini->path) : 0;

	if (!encoding)
		return STATUS_OK;
	option = slash && slash[1] == '-' ? "./" : "";
	/* Never print half a command: the user would run it. */
	if (!slash || !shell_quote(ini->path, len ? len : 1, folder, sizeof(folder)) ||
		!shell_quote(slash + 1, strlen(slash + 1), name, sizeof(name)))
		return error_set(e, STATUS_CONFIG,
			"%.300s: is in %s, expected UTF-8; convert it with iconv -f %s -t UTF-8",
			ini->path, encoding, encoding);
	return error_set(e, STATUS_CONFIG,
		"%s: is in %s, expected UTF-8; run: (cd %s && umask 077 && iconv -f %s -t "
		"UTF-8 %s%s >%s%s.utf8 && mv %s%s.utf8 %s%s)",
		ini->path, encoding, folder, encoding, option, name, option, name, option, name,
		option, name);
}

/* If s[0, len) starts with one of chars, returns the length of that character; else 0. */
static size_t one_of(const char *const chars[], const char *s, size_t len)
{
	for (; *chars; chars++) {
		size_t n = strlen(*chars);

		if (len >= n && memcmp(s, *chars, n) == 0)
			return n;
	}
	return 0;
}

/* Moves *at past white space, quotes and invisible characters, which web pages and chats add. */
static void skip(const char **at, const char *end)
{
	static const char *const unseen[] = {"\"", "'", "\xe2\x80\x98", "\xe2\x80\x99",
		"\xe2\x80\x9c", "\xe2\x80\x9d", "\xc2\xad" /* soft hyphen */,
		"\xe2\x80\x8b" /* zero width space */, "\xe2\x80\x8c", "\xe2\x80\x8d",
		"\xe2\x80\x8e" /* left to right */, "\xe2\x80\x8f",
		"\xe2\x81\xa0" /* word joiner */, "\xef\xbb\xbf" /* byte order mark */, NULL};

	while (*at < end) {
		size_t left = (size_t)(end - *at);
		size_t n = utf8_space_at_start(*at, left);

		if (n == 0)
			n = one_of(unseen, *at, left);
		if (n == 0)
			return;
		*at += n;
	}
}

/* Moves *at past text that looks like name to a person; case does not matter. False if none. */
static bool skip_name(const char **at, const char *end, const char *name)
{
	/* U+2010 to U+2015, the minus sign and the full-width hyphen. */
	static const char *const dashes[] = {"-", "\xe2\x80\x90", "\xe2\x80\x91", "\xe2\x80\x92",
		"\xe2\x80\x93", "\xe2\x80\x94", "\xe2\x80\x95", "\xe2\x88\x92", "\xef\xbc\x8d",
		NULL};

	for (; *name; name++) {
		size_t n;

		if (*name == ' ')
			continue;
		skip(at, end);
		n = *name == '-' ? one_of(dashes, *at, (size_t)(end - *at))
				 : *at < end && strncasecmp(*at, name, 1) == 0;
		if (n == 0)
			return false;
		*at += n;
	}
	return true;
}

/* Does the line's text look like the header of the section? */
static bool resembles(const struct ini *ini, const struct ini_line *l, const char *section)
{
	static const char prefix[] = "profile";
	const char *at = ini->bytes.data + l->start, *end = ini->bytes.data + l->end;
	const char *behind;

	skip(&at, end);
	if (at == end || *at != '[')
		return false;
	while (at < end && *at == '[') {
		at++;
		skip(&at, end);
	}
	behind = at + sizeof(prefix) - 1;
	if (behind < end && strncasecmp(at, prefix, sizeof(prefix) - 1) == 0 &&
		utf8_space_at_start(behind, (size_t)(end - behind)) > 0) {
		at = behind;
		skip(&at, end);
	}
	if (!skip_name(&at, end, section))
		return false;
	behind = at;
	skip(&at, end);
	return at > behind || at == end || *at == ']' || *at == '\0';
}

/* The number of the first line, from 1, that looks like the header of section; 0 if none does. */
static size_t line_like(const struct ini *ini, const char *section)
{
	for (size_t i = 0; i < ini->n_lines; i++)
		if (ini->lines[i].kind != INI_COMMENT && resembles(ini, &ini->lines[i], section))
			return i + 1;
	return 0;
}

static bool has_header(const struct ini *ini)
{
	for (size_t i = 0; i < ini->n_lines; i++)
		if (ini->lines[i].kind == INI_SECTION)
			return true;
	return false;
}

static const char again[] = "restore it from a backup, or move it away and start with a new file";

enum status absence_check_text(const struct ini *ini, struct error *e)
{
	enum status rc = absence_check_encoding(ini, e);

	if (rc == STATUS_OK && ini->bytes.size > 0 &&
		memchr(ini->bytes.data, '\0', ini->bytes.size))
		rc = error_set(e, STATUS_CONFIG,
			"%s: has NUL bytes, so it is damaged or not a text file; %s", ini->path,
			again);
	return rc;
}

enum status absence_check(const struct ini *ini, const struct faults *faults, const char *section,
	enum mode mode, struct error *e)
{
	bool certain = policy_of(mode)->absence_must_be_certain;
	const struct secret *b = &ini->bytes;
	enum status rc = absence_check_text(ini, e);
	size_t like;

	if (rc != STATUS_OK)
		return rc;
	if (b->size == 0)
		return error_set(e, STATUS_CONFIG, "%s: is empty; %s", ini->path, again);
	if (faults->unreadable.line > 0)
		return error_set(e, STATUS_CONFIG,
			"%s:%zu: %s (faults in this file: %zu; correct them: they may hide a section)",
			ini->path, faults->unreadable.line, faults->unreadable.what, faults->n);
	like = section ? line_like(ini, section) : 0;
	if (like > 0)
		return error_set(e, STATUS_CONFIG,
			"%s:%zu: this line looks like the section [%s] but is not; write [%s] at the "
			"start of the line",
			ini->path, like, section, section);
	if (certain && !has_header(ini))
		return error_set(
			e, STATUS_CONFIG, "%s: has no section at all; %s", ini->path, again);
	if (certain && b->data[b->size - 1] != '\n' && b->data[b->size - 1] != '\r')
		return error_set(e, STATUS_CONFIG,
			"%s: does not end with a newline, so it may be cut off; if it is complete, add "
			"a newline at its end",
			ini->path);
	return STATUS_OK;
}
