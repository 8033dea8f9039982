/*
 * An entry of the key store: the long-term keys of one account of this host. The file
 * AWS_MFA_KEYS_DIR/NAME holds it. aws-mfa-keystore(8) lists its keys.
 *
 * MUST guarantee:
 * 1. Only root could have written what is used.
 * 2. What is not understood is refused. The misspelt key could be role_arn. Without it, the session
 *    would have all rights of the AWS user.
 * 3. No message quotes a value: somebody may have written the secret on a wrong line.
 */
#ifndef AWS_MFA_ENTRY_H
#define AWS_MFA_ENTRY_H

#include "entry_file.h"
#include "error.h"
#include "text/secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* NULL: the entry does not have this key. */
struct entry {
	char *user;
	uid_t uid;
	char *access_key_id;
	struct secret secret_access_key;
	char *device, *account;
	char *profile;
	char *role_arn;
	char *external_id, *role_session_name, *source_identity, *session_policy; /* of the role */
	long duration; /* seconds; 0: unset */
};

/*
 * Returns NULL if an account of this name can have an entry, else the end of a message. The name
 * must be a name in the folder: at most 255 bytes, no '/', no control character, no '.' or '-' at
 * its start.
 */
const char *entry_name_check(const char *name);

/*
 * Returns NULL if the entry's key may have this value, else the end of a message: value.h. key is
 * the name of a key, such as "role_arn".
 */
const char *entry_check(const char *key, const char *value);

/*
 * Reads the entry that is open as fd. path is for messages. The file must be as entry_file.h says.
 * STATUS_CONFIG and "PATH:LINE: what is wrong" otherwise. Call entry_free() in any case.
 */
enum status entry_read(struct entry *entry, int fd, const char *path, struct error *e);

/* The same for the bytes of an entry. Takes them over, as ini_parse() does. */
enum status entry_parse(
	struct entry *entry, const char *path, struct secret *bytes, struct error *e);

/*
 * STATUS_CONFIG if the entry is not of this account. A name may be given to another person later,
 * so the uid must match, too.
 */
enum status entry_is_of(
	const struct entry *entry, const char *user, uid_t uid, const char *path, struct error *e);

/*
 * Does this host have the account? *uid is its number now. STATUS_NOT_SET_UP: it does not.
 * STATUS_SYSTEM: cannot be looked up.
 */
enum status entry_account(const char *user, uid_t *uid, struct error *e);

/* entry_is_of() with the account's uid of now. The statuses of both. */
enum status entry_check_account(const struct entry *entry, const char *path, struct error *e);

void entry_free(struct entry *entry);

/* --- the keys of an entry: for those who read, write or name all of them --- */

#define ENTRY_SECTION "aws-mfa"

/* The order in which they are written. */
enum entry_key {
	KEY_USER,
	KEY_UID,
	KEY_ACCESS_KEY_ID,
	KEY_SECRET_ACCESS_KEY,
	KEY_DEVICE,
	KEY_ACCOUNT,
	KEY_PROFILE,
	KEY_ROLE_ARN,
	KEY_EXTERNAL_ID,
	KEY_ROLE_SESSION_NAME,
	KEY_SOURCE_IDENTITY,
	KEY_SESSION_POLICY,
	KEY_DURATION,
	N_ENTRY_KEYS
};

struct entry_rule {
	const char *name;
	const char *(*check)(const char *value); /* as in value.h */
	bool required, of_role;                  /* of_role: good only with role_arn */
};

extern const struct entry_rule entry_rules[N_ENTRY_KEYS];

/* Where the entry holds the text of this key. NULL: it holds a number. */
char **entry_text(struct entry *entry, enum entry_key key);

#endif
