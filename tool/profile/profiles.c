#include "profiles.h"

#include <stdlib.h>
#include <string.h>

/* A word is compared with want, or put into text, as it comes out of its quotes. */
struct word {
	const char *want;
	char *text;
	size_t len;
	bool same; /* as want, so far */
};

static void add(struct word *w, char c)
{
	if (w->text)
		w->text[w->len] = c;
	/* A NUL in want is its end. */
	if (w->want && w->same)
		w->same = w->want[w->len] == c && c != '\0';
	w->len++;
}

/*
 * Python's shlex.split(): blanks separate words, quotes of both kinds group, a backslash quotes
 * the next character, between double quotes only itself and '"'. The second word goes to *second.
 * Returns how many words there are, 0 when a quote is not closed or a backslash ends the text.
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

/* What the header of a config file is; its name goes to *name, not for SECTION_OTHER. */
static enum section_kind read_header(
	const struct ini *config, const struct ini_line *header, struct word *name)
{
	const char *s = config->bytes.data + header->name;
	size_t len = header->name_len;
	enum section_kind kind = SECTION_OTHER;

	/* The first word is not looked at any closer: to botocore [profiles x] is a profile. */
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

static bool add_profile(struct profiles *p, const struct ini *ini, const struct ini_line *header)
{
	struct profile *profile = &p->list[p->n];
	struct word word = {.text = malloc(header->name_len + 1)};

	if (!word.text)
		return false;
	*profile = (struct profile){.name = word.text};
	if (ini == p->credentials) {
		memcpy(word.text, ini->bytes.data + header->name, header->name_len);
		word.len = header->name_len;
		profile->credentials = header;
	} else if (read_header(ini, header, &word) == SECTION_PROFILE) {
		profile->config = header;
	} else {
		free(word.text);
		return true;
	}
	word.text[word.len] = '\0';
	profile->name_len = word.len;
	p->n++;
	return true;
}

static bool add_profiles(struct profiles *p, const struct ini *ini)
{
	for (size_t i = 0; i < ini->n_lines; i++)
		if (ini_is_section(ini, &ini->lines[i]) && !add_profile(p, ini, &ini->lines[i]))
			return false;
	return true;
}

static int compare_names(const struct profile *a, const struct profile *b)
{
	size_t len = a->name_len < b->name_len ? a->name_len : b->name_len;
	int order = memcmp(a->name, b->name, len);

	return order ? order : (a->name_len > b->name_len) - (a->name_len < b->name_len);
}

/* By name; with one name, the config file's in the order of its lines, then the other. */
static int compare(const void *a, const void *b)
{
	const struct profile *x = a, *y = b;
	int order = compare_names(x, y);

	if (order)
		return order;
	if (!x->config || !y->config)
		return !x->config - !y->config;
	return (x->config > y->config) - (x->config < y->config);
}

enum status profiles_load(struct profiles *p, const struct ini *config,
	const struct ini *credentials, struct error *e)
{
	size_t n = 0, merged = 0;

	*p = (struct profiles){.config = config, .credentials = credentials};
	for (size_t i = 0; i < config->n_lines; i++)
		n += ini_is_section(config, &config->lines[i]);
	for (size_t i = 0; i < credentials->n_lines; i++)
		n += ini_is_section(credentials, &credentials->lines[i]);
	p->list = calloc(n + 1, sizeof(*p->list));
	if (!p->list || !add_profiles(p, config) || !add_profiles(p, credentials))
		return error_system(e, "profiles");
	qsort(p->list, p->n, sizeof(*p->list), compare);
	for (size_t i = 1; i < p->n; i++) {
		struct profile *into = &p->list[merged], *from = &p->list[i];

		if (compare_names(into, from) != 0) {
			p->list[++merged] = *from;
			continue;
		}
		if (from->config)
			into->config = from->config;
		if (from->credentials)
			into->credentials = from->credentials;
		free(from->name);
	}
	p->n = p->n ? merged + 1 : 0;
	return STATUS_OK;
}

void profiles_free(struct profiles *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->list[i].name);
	free(p->list);
	*p = (struct profiles){0};
}

const struct ini_line *profiles_key(const struct profiles *p, const struct profile *profile,
	const char *key, size_t len, const struct ini **in)
{
	const struct ini_line *found = NULL;

	*in = p->credentials;
	if (profile->credentials)
		found = ini_key(p->credentials, profile->credentials, key, len);
	if (found || !profile->config)
		return found;
	*in = p->config;
	return ini_key(p->config, profile->config, key, len);
}

static void each_key(const struct profiles *p, const struct profile *profile, const struct ini *ini,
	const struct ini_line *section, profiles_key_fn *each, void *arg)
{
	const struct ini_line *key = NULL;

	while (section && (key = ini_next_key(ini, section, key))) {
		const struct ini *in;

		if (profiles_key(p, profile, ini->bytes.data + key->name, key->name_len, &in) ==
			key)
			each(arg, ini, key);
	}
}

void profiles_each_key(
	const struct profiles *p, const struct profile *profile, profiles_key_fn *each, void *arg)
{
	const struct ini *inis[] = {p->config, p->credentials};
	const struct ini_line *sections[] = {profile->config, profile->credentials};

	for (size_t i = 0; i < 2; i++) {
		if (!sections[i])
			continue;
		each_key(p, profile, inis[i], sections[i], each, arg);
		each_key(p, profile, inis[i], ini_section(inis[i], "DEFAULT", 7), each, arg);
	}
}
