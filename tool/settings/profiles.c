#include "profiles.h"

#include <stdlib.h>
#include <string.h>

/* A word without its quotes. It is compared with want, or copied to text; either may be NULL. */
struct word {
	const char *want;
	char *text;
	size_t len;
	bool same; /* equal to want so far */
};

static void add(struct word *w, char c)
{
	if (w->text)
		w->text[w->len] = c;
	/* A NUL in want ends it. */
	if (w->want && w->same)
		w->same = w->want[w->len] == c && c != '\0';
	w->len++;
}

/*
 * Splits like Python's shlex.split(). Blanks separate words; single and double quotes group. A
 * backslash quotes the next character; between double quotes only '\\' and '"'. The second word
 * goes to *second. Returns the number of words; 0 if a quote is open or a backslash ends the text.
 */
static size_t split(const char *s, size_t len, struct word *second)
{
	size_t words = 0; /* complete or begun */
	bool inside = false;
	char quote = '\0';

	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (!quote && (c == ' ' || c == '\t')) {
			inside = false;
			continue;
		}
		if (!inside)
			words++;
		inside = true;
		if (quote ? c == quote : c == '"' || c == '\'') {
			quote = quote ? '\0' : c;
			continue;
		}
		if (c == '\\' && quote != '\'') {
			if (++i == len)
				return 0;
			if (quote && s[i] != '"' && s[i] != '\\' && words == 2)
				add(second, '\\');
			c = s[i];
		}
		if (words == 2)
			add(second, c);
	}
	return quote ? 0 : words;
}

static bool starts_with(const char *s, size_t len, const char *prefix)
{
	return len >= strlen(prefix) && memcmp(s, prefix, strlen(prefix)) == 0;
}

/* Returns the kind of a header of the config file. Sets *name, except for SECTION_OTHER. */
static enum section_kind read_header(
	const struct ini *config, const struct ini_line *header, struct word *name)
{
	const char *s = config->bytes.data + header->name;
	size_t len = header->name_len;
	enum section_kind kind = SECTION_OTHER;

	/* Compare the beginning only: for botocore [profiles x] is a profile. */
	if (starts_with(s, len, "profile"))
		kind = SECTION_PROFILE;
	else if (starts_with(s, len, "sso-session"))
		kind = SECTION_SSO_SESSION;
	else if (starts_with(s, len, "services"))
		kind = SECTION_SERVICES;
	if (kind != SECTION_OTHER)
		return split(s, len, name) == 2 ? kind : SECTION_OTHER;
	if (len != strlen("default") || !starts_with(s, len, "default"))
		return SECTION_OTHER;
	for (size_t i = 0; i < len; i++)
		add(name, s[i]);
	return SECTION_PROFILE;
}

const struct ini_line *profiles_section(
	const struct ini *config, enum section_kind kind, const char *name)
{
	for (size_t i = config->n_lines; i-- > 0;) {
		const struct ini_line *l = &config->lines[i];
		struct word word = {.want = name, .same = true};

		if (ini_is_section(config, l) && read_header(config, l, &word) == kind &&
			word.same && name[word.len] == '\0')
			return l;
	}
	return NULL;
}

enum section_kind profiles_header(
	const struct ini *config, const struct ini_line *header, char *name, size_t *len)
{
	struct word word = {.text = name};
	enum section_kind kind = read_header(config, header, &word);

	*len = word.len;
	return kind;
}
