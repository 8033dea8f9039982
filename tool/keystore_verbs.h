/*
 * The verbs of aws-mfa keystore, and what they share. Each verb gets the users that stand behind it
 * on the command line. It returns STATUS_OK, or another status with *e filled. STATUS_NO_SESSION
 * without a text: check has found a fault or a warning.
 */
#ifndef AWS_MFA_KEYSTORE_VERBS_H
#define AWS_MFA_KEYSTORE_VERBS_H

#include "ask.h"
#include "command.h"
#include "error.h"
#include "keystore/entries.h"

/* The options of the command. */
enum {
	KEYSTORE_ACCESS_KEY_ID = OPTION_OWN,
	KEYSTORE_PROFILE,
	KEYSTORE_DEVICE, /* from here to the policy: has_options_of_entry() */
	KEYSTORE_ROLE_ARN,
	KEYSTORE_EXTERNAL_ID,
	KEYSTORE_DURATION,
	KEYSTORE_SESSION_POLICY,
	KEYSTORE_FORCE,
	KEYSTORE_YES,
	KEYSTORE_JSON,
};

struct keystore {
	const struct command_line *line;
	char **users;
	size_t n_users;
};

typedef enum status keystore_verb(const struct keystore *k, struct error *e);
/* Each is in the file of its name; keystore_show is in keystore_list.c. */
keystore_verb keystore_add, keystore_list, keystore_show, keystore_check, keystore_remove,
	keystore_import;

/* --- shared by the verbs: cmd_keystore.c --- */

/* "key AKIA..., role Bastion, session_policy": what an entry holds, for a question. */
#define KEYSTORE_BRIEF_SIZE 600
const char *keystore_brief(const struct entry *entry, char text[static KEYSTORE_BRIEF_SIZE]);

/* mfa/NAME of a device, NAME of a role; the text as it is if it is no such ARN; "-" for NULL. */
const char *keystore_short(const char *arn);

/* Asks before a change. What was typed earlier is no answer. enter: what the Enter key alone means.
 * STATUS_USAGE: the answer is no, or there is no terminal to ask on. */
enum status keystore_confirm(
	const struct asker *a, const char *question, bool enter, struct error *e);

#endif
