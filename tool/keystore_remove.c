/* aws-mfa keystore remove: removes the entry of a user, also one that cannot be read. */
#include "keystore_verbs.h"
#include "prompt.h"
#include "text/color.h"

#include <stdio.h>
#include <unistd.h>

static enum status confirm(const char *user, const char *what, struct error *e)
{
	struct asker asker = {.tty = prompt_open()};
	char question[1400];
	enum status rc;

	if (asker.tty < 0)
		return error_set(e, STATUS_USAGE,
			"there is no terminal to ask on; to remove the entry of %s (%s) add --yes",
			user, what);
	snprintf(question, sizeof(question), "Remove the entry of %s: %s?", user, what);
	rc = keystore_confirm(&asker, question, false, e);
	close(asker.tty);
	return rc;
}

static enum status remove_entry(const struct keystore *k, int folder, struct error *e)
{
	const struct asker nobody = {.tty = -1};
	const char *user = k->users[0];
	char brief[KEYSTORE_BRIEF_SIZE];
	struct entry entry;
	struct stat st;
	enum status rc = entries_read(folder, user, &entry, &st, e);
	bool readable = rc == STATUS_OK;

	if (rc == STATUS_CONFIG)
		rc = STATUS_OK;
	if (rc == STATUS_OK && readable)
		keystore_brief(&entry, brief);
	else if (rc == STATUS_OK)
		snprintf(brief, sizeof(brief), "it cannot be read (%.500s)", e->text);
	if (rc == STATUS_OK && !k->line->option[KEYSTORE_YES])
		rc = confirm(user, brief, e);
	if (rc == STATUS_OK)
		rc = entries_lock(folder, e);
	if (rc == STATUS_OK)
		rc = entries_remove(folder, user, &st, readable ? &entry : NULL, e);
	if (rc == STATUS_OK) {
		ask_tell_marked(&nobody, COLOR_GREEN, "ok     ", "",
			"the entry of %s is removed; deactivate its key at AWS, too", user);
	}
	entry_free(&entry);
	return rc;
}

enum status keystore_remove(const struct keystore *k, struct error *e)
{
	struct error swept;
	int folder;
	enum status rc = entries_open(false, &folder, e);

	if (rc == STATUS_OK)
		rc = remove_entry(k, folder, e);
	/* entries_lock() removes the file of an interrupted `add`, which may have this user's keys.
	 */
	if (rc == STATUS_NOT_SET_UP && folder >= 0 && entries_lock(folder, &swept) != STATUS_OK)
		rc = (*e = swept).status;
	if (folder >= 0)
		close(folder);
	return rc;
}
