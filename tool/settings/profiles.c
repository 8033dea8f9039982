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

static bool is_named(const struct ini *config, const struct ini_line *header,
	enum section_kind kind, const char *name)
{
	struct word word = {.want = name, .same = true};

	return read_header(config, header, &word) == kind && word.same && name[word.len] == '\0';
}

const struct ini_line *profiles_section(
	const struct ini *config, enum section_kind kind, const char *name)
{
	for (size_t i = config->n_lines; i-- > 0;) {
		const struct ini_line *l = &config->lines[i];

		if (ini_is_section(config, l) && is_named(config, l, kind, name))
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

/* At least half of the slots are empty, so the search is short. */
static uint32_t *slot(const struct profile_index *p, const char *name)
{
	size_t at = 0;

	for (const char *c = name; *c; c++)
		at = at * 31 + (unsigned char)*c;
	for (;; at++) {
		uint32_t *slot = &p->slots[at & (p->n_slots - 1)];

		if (!*slot ||
			is_named(p->config, &p->config->lines[*slot - 1], SECTION_PROFILE, name))
			return slot;
	}
}

bool profiles_index(struct profile_index *p, const struct ini *config)
{
	size_t n = 0, longest = 0, len;
	char *name;

	for (size_t i = 0; i < config->n_lines; i++) {
		const struct ini_line *l = &config->lines[i];

		n += l->kind == INI_SECTION;
		if (l->kind == INI_SECTION && l->name_len > longest)
			longest = l->name_len;
	}
	*p = (struct profile_index){.config = config, .n_slots = 1};
	while (p->n_slots <= 2 * n)
		p->n_slots *= 2;
	p->slots = calloc(p->n_slots, sizeof(p->slots[0]));
	name = malloc(longest + 1);
	for (size_t i = 0; p->slots && name && i < config->n_lines; i++) {
		const struct ini_line *l = &config->lines[i];

		if (!ini_is_section(config, l) ||
			profiles_header(config, l, name, &len) != SECTION_PROFILE)
			continue;
		name[len] = '\0';
		*slot(p, name) = (uint32_t)i + 1;
	}
	free(name);
	return p->slots && name;
}

void profiles_free(struct profile_index *p)
{
	free(p->slots);
	*p = (struct profile_index){0};
}

const struct ini_line *profiles_find(const struct profile_index *p, const char *name)
{
	uint32_t line = *slot(p, name);

	return line ? &p->config->lines[line - 1] : NULL;
}
