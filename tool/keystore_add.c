/* aws-mfa keystore add: asks for the keys of a user, and makes an entry of them. */
#include "keystore_addition.h"
#include "prompt.h"
#include "text/color.h"
#include "text/shell.h"

#include <unistd.h>

/* With a key id on the command line, the secret comes on standard input, unless that is a terminal.
 */
static enum status open_terminal(struct addition *a, struct error *e)
{
	if (a->keys.given_id && !isatty(STDIN_FILENO))
		return STATUS_OK;
	a->asker.tty = prompt_open();
	return a->asker.tty >= 0
		? STATUS_OK
		: error_set(e, STATUS_USAGE,
			  "there is no terminal to ask on; give --access-key-id ID and write the "
			  "secret to standard input");
}

static enum status check_id(const struct addition *a, struct error *e)
{
	const char *expected = setup_check_given_id(&a->keys);

	return expected ? error_set(e, STATUS_USAGE, "--access-key-id: %s", expected) : STATUS_OK;
}

static void tell_next(const struct addition *a)
{
	char word[SHELL_PROFILE_SIZE];

	ask_tell_marked(&a->asker, "", "Next:  ", COLOR_BOLD, "aws-mfa keystore check %s",
		shell_operand(a->user, word));
}

enum status keystore_add(const struct keystore *k, struct error *e)
{
	struct addition a;
	enum status rc = addition_begin(&a, k, e);

	a.keys.given_id = k->line->option[KEYSTORE_ACCESS_KEY_ID];
	if (rc == STATUS_OK)
		rc = check_id(&a, e);
	if (rc == STATUS_OK)
		rc = open_terminal(&a, e);
	if (rc == STATUS_OK)
		rc = addition_look_at_old(&a, e);
	if (rc == STATUS_OK)
		rc = addition_may_replace(&a, e);
	if (rc == STATUS_OK)
		rc = addition_prove(&a, e);
	if (rc == STATUS_OK)
		rc = addition_write(&a, a.exists ? "replace" : "add", e);
	if (rc == STATUS_OK)
		tell_next(&a);
	addition_end(&a);
	return rc;
}
