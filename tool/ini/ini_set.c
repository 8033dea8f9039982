/*
 * Edits a document. MUST guarantee:
 * 1. Only the bytes of the given keys in the given section change.
 * 2. No line changes its meaning because a line beside it is added or removed.
 *
 * The second needs care with indentation: a line indented deeper than the key above it is no key.
 */
#include "ini.h"

#include "text/secret.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct writer {
	struct secret *out; /* has room for everything from the start */
};

static void put(struct writer *w, const char *data, size_t len)
{
	secret_add(w->out, data, len);
}

static void put_string(struct writer *w, const char *s)
{
	put(w, s, strlen(s));
}

static void put_line(struct writer *w, const struct ini *ini, const struct ini_line *l)
{
	put(w, ini->bytes.data + l->start, l->end - l->start);
}

static bool ends_with_newline(const struct writer *w)
{
	char last = w->out->size == 0 ? '\n' : w->out->data[w->out->size - 1];

	return last == '\n' || last == '\r';
}

/* Writes a "key = value" line, indented as model is. NULL: no indentation. */
static void put_pair(struct writer *w, const struct ini *ini, const struct ini_line *model,
	const struct ini_pair *pair)
{
	if (!ends_with_newline(w))
		put_string(w, ini->eol);
	if (model && model->indent)
		put(w, ini->bytes.data + model->start, model->indent);
	put_string(w, pair->key);
	put_string(w, " = ");
	put_string(w, pair->value);
	put_string(w, ini->eol);
}

/* first is ini_line.section of the section's headers. */
static bool in_section(const struct ini *ini, const struct ini_line *l, uint32_t first)
{
	if (!l->section && l->kind != INI_SECTION)
		return false;
	return (l->kind == INI_SECTION ? l : &ini->lines[l->section - 1])->section == first;
}

/* Returns the index of the pair that this line sets, or n_pairs. */
static size_t pair_of(const struct ini *ini, const struct ini_line *l, const struct ini_pair *pairs,
	size_t n_pairs)
{
	size_t i;

	for (i = 0; i < n_pairs; i++)
		if (l->kind == INI_KEY && l->name_len == strlen(pairs[i].key) &&
			strncasecmp(ini->bytes.data + l->name, pairs[i].key, l->name_len) == 0)
			break;
	return i;
}

/*
 * The lines where the keys go; n_lines means "nowhere". All keys go into the last section of this
 * name. If a name appears twice, some readers merge the sections and some use only the last.
 */
struct plan {
	uint32_t first;     /* for in_section(); 0 if the section does not exist */
	size_t *at;         /* for each pair, the line that it replaces */
	size_t insert;      /* new pairs go after this line */
	size_t last_header; /* the section's last header */
};

static void make_plan(const struct ini *ini, const char *section, const struct ini_pair *pairs,
	size_t n_pairs, struct plan *plan)
{
	const struct ini_line *header = ini_section(ini, section, strlen(section));
	size_t none = ini->n_lines;

	plan->first = header ? header->section : 0;
	plan->insert = plan->last_header = none;
	for (size_t i = 0; i < ini->n_lines; i++) {
		const struct ini_line *l = &ini->lines[i];
		size_t pair;

		if (!in_section(ini, l, plan->first))
			continue;
		if (l->kind == INI_SECTION) {
			plan->last_header = plan->insert = i;
			for (pair = 0; pair < n_pairs; pair++)
				plan->at[pair] = none;
		} else if (l->kind == INI_KEY || l->kind == INI_CONTINUATION) {
			plan->insert = i;
			pair = pair_of(ini, l, pairs, n_pairs);
			if (pair < n_pairs)
				plan->at[pair] = i;
		}
	}
}

static void put_absent(struct writer *w, const struct ini *ini, const struct ini_pair *pairs,
	size_t n_pairs, const struct plan *plan)
{
	const struct ini_line *model = NULL;

	/* Do not indent if possible: SDKs other than botocore add an indented line to the value
	 * above. But indent as the next line does, if it is indented. Otherwise it would become
	 * part of our value. */
	for (size_t i = plan->insert + 1; !model && i < ini->n_lines; i++)
		if (ini->lines[i].kind != INI_BLANK && ini->lines[i].kind != INI_COMMENT)
			model = &ini->lines[i];
	for (size_t i = 0; i < n_pairs; i++)
		if (plan->at[i] == ini->n_lines && pairs[i].value)
			put_pair(w, ini, model, &pairs[i]);
}

static void put_edited(struct writer *w, const struct ini *ini, const struct ini_pair *pairs,
	size_t n_pairs, const struct plan *plan)
{
	bool dropping = false;

	for (size_t i = 0; i < ini->n_lines; i++) {
		const struct ini_line *l = &ini->lines[i];
		size_t pair = n_pairs;

		if (l->kind == INI_KEY || l->kind == INI_SECTION)
			dropping = false;
		if (l->kind == INI_KEY && in_section(ini, l, plan->first))
			pair = pair_of(ini, l, pairs, n_pairs);
		if (pair < n_pairs) {
			/* Remove duplicates: some readers take the first. */
			dropping = true;
			if (plan->at[pair] == i && pairs[pair].value)
				put_pair(w, ini, l, &pairs[pair]);
		} else if (!dropping || l->kind != INI_CONTINUATION) {
			put_line(w, ini, l);
		}
		if (i == plan->insert)
			put_absent(w, ini, pairs, n_pairs, plan);
	}
}

static void put_new_section(struct writer *w, const struct ini *ini, const char *section,
	const struct ini_pair *pairs, size_t n_pairs)
{
	put(w, ini->bytes.data, ini->bytes.size);
	if (!ends_with_newline(w))
		put_string(w, ini->eol);
	if (ini->n_lines > 0 && ini->lines[ini->n_lines - 1].kind != INI_BLANK)
		put_string(w, ini->eol);
	put_string(w, "[");
	put_string(w, section);
	put_string(w, "]");
	put_string(w, ini->eol);
	for (size_t i = 0; i < n_pairs; i++)
		if (pairs[i].value)
			put_pair(w, ini, NULL, &pairs[i]);
}

static bool has_bad_lines(const struct ini *ini)
{
	for (size_t i = 0; i < ini->n_lines; i++)
		if (ini->lines[i].kind == INI_BAD)
			return true;
	return false;
}

/* Checks that a reader of out finds all pairs in the section. */
static enum status read_back(const struct ini *ini, const char *section,
	const struct ini_pair *pairs, size_t n_pairs, const struct secret *out, struct error *e)
{
	struct secret copy;
	enum status rc;
	struct ini new;

	if (!secret_copy(&copy, out->data, out->size))
		return error_system(e, ini->path);
	rc = ini_parse(&new, ini->path, &copy, NULL, NULL, e);
	if (rc != STATUS_OK)
		return rc;
	for (size_t i = 0; i < n_pairs && rc == STATUS_OK; i++) {
		struct secret value = ini_get_secret(&new, section, pairs[i].key, NULL);

		if (pairs[i].value && (!value.data || strcmp(value.data, pairs[i].value) != 0))
			rc = error_set(e, STATUS_CONFIG,
				"%s: [%s] has lines that cannot be read, so other programs "
				"would not find its new keys; fix these lines (--explain lists "
				"them)",
				ini->path, section);
		secret_free(&value);
	}
	ini_free(&new);
	return rc;
}

enum status ini_set(const struct ini *ini, const char *section, const struct ini_pair *pairs,
	size_t n_pairs, struct secret *out, struct error *e)
{
	struct plan plan = {.at = calloc(n_pairs, sizeof(size_t))};
	struct writer w = {.out = out};
	enum status rc = STATUS_OK;
	size_t indent_max = 0;
	size_t room;

	*out = (struct secret){0};
	for (size_t i = 0; i < ini->n_lines; i++)
		if (ini->lines[i].indent > indent_max)
			indent_max = ini->lines[i].indent;
	room = ini->bytes.size + strlen(section) + 16;
	for (size_t i = 0; i < n_pairs; i++)
		room += indent_max + strlen(pairs[i].key) + 8 +
			(pairs[i].value ? strlen(pairs[i].value) : 0);
	if (!plan.at || !secret_make(out, room)) {
		free(plan.at);
		return error_system(e, ini->path);
	}
	make_plan(ini, section, pairs, n_pairs, &plan);
	if (plan.last_header < ini->n_lines)
		put_edited(&w, ini, pairs, n_pairs, &plan);
	else
		put_new_section(&w, ini, section, pairs, n_pairs);
	free(plan.at);
	/* The meaning of an unreadable line can depend on the key above it, which may now be
	 * ours. */
	if (has_bad_lines(ini))
		rc = read_back(ini, section, pairs, n_pairs, out, e);
	if (rc != STATUS_OK)
		secret_free(out);
	return rc;
}
