#include "tags.h"

#include "sts_limits.h"
#include "text/utf8.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

const char *tags_next(const char **rest, size_t *len)
{
	const char *start;

	*rest += strspn(*rest, ", ");
	start = *rest;
	*len = strcspn(start, ",");
	*rest += *len;
	while (*len > 0 && start[*len - 1] == ' ')
		--*len;
	return *len > 0 ? start : NULL;
}

/* Only AWS knows which characters beyond ASCII are letters, so all are accepted here. */
static bool is_text(const char *s, size_t len)
{
	static const char ascii[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789 _.:/=+-@";

	if (!utf8_valid(s, len))
		return false;
	for (size_t i = 0; i < len; i++) {
		bool control = (unsigned char)s[i] == 0xc2 && (unsigned char)s[i + 1] < 0xa0;

		if (control ||
			((unsigned char)s[i] < 0x80 && !memchr(ascii, s[i], sizeof(ascii) - 1)))
			return false;
	}
	return true;
}

static bool is_value(const char *s, size_t len)
{
	return sts_takes_tag_value(s, len) && is_text(s, len);
}

static bool is_key(const char *s, size_t len)
{
	return sts_takes_tag_key(s, len) && is_text(s, len) &&
		(len < 4 || strncasecmp(s, "aws:", 4) != 0);
}

/* Is there a tag with this key in tags, before end? */
static bool has_key(const char *tags, const char *end, const char *key, size_t key_len)
{
	const char *tag;
	size_t len;

	while ((tag = tags_next(&tags, &len)) && tag != end)
		if (len > key_len && tag[key_len] == '=' && strncasecmp(tag, key, key_len) == 0)
			return true;
	return false;
}

const char *tags_check(const char *tags)
{
	const char *rest = tags, *tag;
	size_t len, n = 0;

	while ((tag = tags_next(&rest, &len))) {
		const char *equals = memchr(tag, '=', len);
		size_t key_len = equals ? (size_t)(equals - tag) : 0;

		if (!is_key(tag, key_len) || !is_value(equals + 1, len - key_len - 1))
			return "expected KEY=VALUE of letters, digits, blanks and _.:/=+-@, separated by "
			       "commas; KEY has at most 128 characters and does not begin with aws:, "
			       "VALUE has at most 256";
		if (has_key(tags, tag, tag, key_len))
			return "expected each key once; case does not matter";
		if (++n > TAGS_MAX)
			return "expected 50 tags at most";
	}
	return n > 0 ? NULL : "expected KEY=VALUE";
}

const char *tags_check_keys(const char *keys, const char *tags)
{
	const char *key;
	size_t len, n = 0;

	while ((key = tags_next(&keys, &len))) {
		if (!is_key(key, len) || !tags || !has_key(tags, NULL, key, len))
			return "expected keys of the tags that are given";
		if (++n > TAGS_MAX)
			return "expected 50 keys at most";
	}
	return n > 0 ? NULL : "expected keys of the tags that are given";
}
