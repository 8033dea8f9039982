/* What must not be in a file that is written, or must be there. */
#include "store.h"

#include <stdlib.h>
#include <string.h>

static bool is_cut_off(const struct ini *ini)
{
	const struct ini_line *last = ini->n_lines ? &ini->lines[ini->n_lines - 1] : NULL;
	char end = last ? ini->bytes.data[last->end - 1] : '\n';

	return last && last->kind == INI_BAD && end != '\n' && end != '\r';
}

enum status store_check_single(
	const struct ini *ini, const char *section, const char *key, struct error *e)
{
	const struct ini_line *header = ini_section(ini, section, strlen(section));
	const struct ini_line *last = header ? ini_key(ini, header, key, strlen(key)) : NULL;

	for (const struct ini_line *l = ini->lines; last && l < last; l++)
		if (l->kind == INI_KEY && l->next && &ini->lines[l->next - 1] == last)
			return error_set(e, STATUS_CONFIG,
				"%s:%zu: [%s] has %s twice, so it is not written; remove the one "
				"that is not used",
				ini->path, ini_line_number(ini, l), section, key);
	return STATUS_OK;
}

static enum status check_expected(
	const struct ini *ini, const struct store_place *to, struct error *e)
{
	for (size_t i = 0; i < to->n_expected; i++) {
		const struct ini_pair *pair = &to->expected[i];
		char *value = ini_get(ini, to->section, pair->key, NULL);
		bool same = strcmp(value ? value : "", pair->value ? pair->value : "") == 0;

		free(value);
		if (!same)
			return error_set(e, STATUS_CONFIG,
				"%s: another program has changed %s of [%s] meanwhile, so it is "
				"not written",
				to->path, pair->key, to->section);
		if (store_check_single(ini, to->section, pair->key, e) != STATUS_OK)
			return e->status;
	}
	return STATUS_OK;
}

enum status store_check_content(
	const struct ini *ini, const struct store_place *to, struct error *e)
{
	enum status rc;

	if (!to->keys)
		return check_expected(ini, to, e);
	if (ini->bytes.size == 0)
		return error_set(e, STATUS_CONFIG,
			"%s: is empty now and is not written; restore its content", to->path);
	if (is_cut_off(ini))
		return error_set(e, STATUS_CONFIG,
			"%s:%zu: ends in the middle of a line, as if cut off; fix it "
			"first",
			to->path, ini->n_lines);
	if (!ini_has_section(ini, to->keys))
		return error_set(e, STATUS_CONFIG,
			"%s: has lost [%s] since its keys were read and is not written; "
			"check what another program has changed",
			to->path, to->keys);
	rc = check_expected(ini, to, e);
	return rc != STATUS_OK || to->replaces_keys ? rc : session_spare_keys(ini, to->section, e);
}
