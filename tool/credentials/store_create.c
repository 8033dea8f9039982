/* The first write to a file that does not exist yet. */
#include "store.h"

#include "file/create.h"

#include <errno.h>
#include <sys/stat.h>

/* Creates a missing file with the edits in it. *made is false if there is a file. */
static enum status make(const char *path, const struct store_edit *edits, size_t n_edits,
	bool *made, struct error *e)
{
	struct secret nothing = {0}, content = {0}, whole;
	struct ini ini = {0};
	struct stat st;
	enum status rc;

	*made = false;
	if (stat(path, &st) == 0 || errno != ENOENT)
		return STATUS_OK;
	rc = ini_parse(&ini, path, &nothing, NULL, NULL, e);
	if (rc == STATUS_OK)
		rc = store_apply(&ini, edits, n_edits, &content, e);
	/* Before a new section stands an empty line, which a new file does not need. */
	whole = content;
	if (rc == STATUS_OK && content.data[0] == '\n') {
		whole.data++;
		whole.size--;
	}
	if (rc == STATUS_OK)
		rc = create_file(path, &whole, made, e);
	secret_free(&content);
	ini_free(&ini);
	return rc;
}

enum status store_edits_or_create(const struct store_place *to, const struct store_edit *edits,
	size_t n_edits, int64_t deadline_ms, struct error *e)
{
	bool made;
	enum status rc = make(to->path, edits, n_edits, &made, e);

	return rc == STATUS_OK && !made ? store_edits(to, edits, n_edits, deadline_ms, e) : rc;
}
