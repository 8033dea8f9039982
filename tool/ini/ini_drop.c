/* Removes keys from a document. Only their lines change, and no other line changes its meaning. */
#include "ini.h"

#include <stdlib.h>

/* Sets dropped[i] for each line of the keys that are dropped. */
static void mark(const struct ini *ini, bool (*drop)(const void *arg, const struct ini_line *key),
	const void *arg, bool *dropped)
{
	bool dropping = false;

	for (size_t i = 0; i < ini->n_lines; i++) {
		const struct ini_line *l = &ini->lines[i];

		if (l->kind == INI_KEY || l->kind == INI_SECTION)
			dropping = l->kind == INI_KEY && drop(arg, l);
		dropped[i] = dropping && (l->kind == INI_KEY || l->kind == INI_CONTINUATION);
	}
}

static bool means_the_same(const struct ini *ini, const bool *dropped, const struct ini *new)
{
	size_t n = 0;

	for (size_t i = 0; i < ini->n_lines; i++)
		if (!dropped[i] &&
			(n == new->n_lines || new->lines[n++].kind != ini->lines[i].kind))
			return false;
	return n == new->n_lines;
}

static enum status check(
	const struct ini *ini, const bool *dropped, const struct secret *out, struct error *e)
{
	struct secret copy;
	struct ini new;
	enum status rc;

	if (!secret_copy(&copy, out->data, out->size))
		return error_system(e, ini->path);
	rc = ini_parse(&new, ini->path, &copy, NULL, NULL, e);
	if (rc == STATUS_OK && !means_the_same(ini, dropped, &new))
		rc = error_set(e, STATUS_CONFIG,
			"%s: has lines that cannot be read, and they would get another meaning; fix "
			"these lines first (aws-mfa explain lists them)",
			ini->path);
	ini_free(&new);
	return rc;
}

enum status ini_drop(const struct ini *ini,
	bool (*drop)(const void *arg, const struct ini_line *key), const void *arg,
	struct secret *out, struct error *e)
{
	bool *dropped = calloc(ini->n_lines + 1, sizeof(bool));
	enum status rc;

	*out = (struct secret){0};
	if (!dropped || !secret_make(out, ini->bytes.size)) {
		free(dropped);
		return error_system(e, ini->path);
	}
	mark(ini, drop, arg, dropped);
	for (size_t i = 0; i < ini->n_lines; i++)
		if (!dropped[i])
			secret_add(out, ini->bytes.data + ini->lines[i].start,
				ini->lines[i].end - ini->lines[i].start);
	rc = check(ini, dropped, out, e);
	if (rc != STATUS_OK)
		secret_free(out);
	free(dropped);
	return rc;
}
