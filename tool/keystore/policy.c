#include "policy.h"

#include "ascii.h"
#include "text/utf8.h"

#include <string.h>

#define DEEPEST 32 /* a policy has six levels */

#define DIGITS "0123456789"

struct json {
	const char *at, *end;
	struct secret *out; /* room for six bytes for each byte of the text; or NULL */
};

static void put(struct json *j, const char *text, size_t size)
{
	if (j->out)
		secret_add(j->out, text, size);
}

static bool is_one_of(char c, const char *characters)
{
	return c && strchr(characters, c);
}

static void skip_blanks(struct json *j)
{
	while (j->at < j->end && is_one_of(*j->at, " \t\r\n"))
		j->at++;
}

/* Takes this character, if it is the next one. */
static bool take(struct json *j, char c)
{
	if (j->at == j->end || *j->at != c)
		return false;
	put(j, j->at++, 1);
	return true;
}

static bool take_escape(struct json *j)
{
	size_t n = 1;

	if (j->at == j->end || !is_one_of(*j->at, "\"\\/bfnrtu"))
		return false;
	if (*j->at == 'u')
		n = 5;
	if ((size_t)(j->end - j->at) < n)
		return false;
	for (size_t i = 1; i < n; i++)
		if (!is_one_of(j->at[i], DIGITS "abcdefABCDEF"))
			return false;
	put(j, j->at, n);
	j->at += n;
	return true;
}

static bool take_string(struct json *j)
{
	if (!take(j, '"'))
		return false;
	while (j->at < j->end && *j->at != '"') {
		if ((unsigned char)*j->at < ' ' || *j->at == 0x7f)
			return false;
		if (take(j, '\\')) {
			if (!take_escape(j))
				return false;
			continue;
		}
		if (*j->at == '#' || *j->at == ';')
			put(j, *j->at == '#' ? "\\u0023" : "\\u003b", 6);
		else
			put(j, j->at, 1);
		j->at++;
	}
	return take(j, '"');
}

static size_t digits(struct json *j)
{
	size_t n = 0;

	while (j->at < j->end && ascii_is_digit(*j->at)) {
		put(j, j->at++, 1);
		n++;
	}
	return n;
}

static bool take_number(struct json *j)
{
	const char *first;

	take(j, '-');
	first = j->at;
	if (digits(j) == 0 || (*first == '0' && j->at - first > 1))
		return false;
	if (take(j, '.') && digits(j) == 0)
		return false;
	if (!take(j, 'e') && !take(j, 'E'))
		return true;
	if (!take(j, '+'))
		take(j, '-');
	return digits(j) > 0;
}

static bool take_word(struct json *j, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(j->end - j->at) < len || memcmp(j->at, word, len) != 0)
		return false;
	put(j, word, len);
	j->at += len;
	return true;
}

static bool take_value(struct json *j, int depth);

/* What stands between the brackets. In an object, each member has a name. */
static bool take_members(struct json *j, char open, char close, int depth)
{
	if (!take(j, open))
		return false;
	skip_blanks(j);
	if (take(j, close))
		return true;
	do {
		skip_blanks(j);
		if (open == '{') {
			if (!take_string(j))
				return false;
			skip_blanks(j);
			if (!take(j, ':'))
				return false;
		}
		if (!take_value(j, depth + 1))
			return false;
		skip_blanks(j);
	} while (take(j, ','));
	return take(j, close);
}

/* NOLINTNEXTLINE(misc-no-recursion): the depth has a limit */
static bool take_value(struct json *j, int depth)
{
	skip_blanks(j);
	if (j->at == j->end || depth > DEEPEST)
		return false;
	switch (*j->at) {
	case '{':
		return take_members(j, '{', '}', depth);
	case '[':
		return take_members(j, '[', ']', depth);
	case '"':
		return take_string(j);
	case 't':
		return take_word(j, "true");
	case 'f':
		return take_word(j, "false");
	case 'n':
		return take_word(j, "null");
	default:
		return take_number(j);
	}
}

bool policy_read(const char *text, size_t size, size_t *line, struct secret *out)
{
	struct json j = {text, text + size, out};
	bool good;

	if (out && !secret_make(out, 6 * size))
		return false;
	skip_blanks(&j);
	good = utf8_valid(text, size) && take_members(&j, '{', '}', 0);
	if (good)
		skip_blanks(&j);
	good = good && j.at == j.end;
	*line = 1;
	for (const char *at = text; at < j.at; at++)
		*line += *at == '\n';
	if (out && !good)
		secret_free(out);
	return good;
}
