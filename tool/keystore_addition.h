/*
 * The making of an entry, step by step, for keystore add and keystore import:
 *
 *	rc = addition_begin(&a, k, &e);
 *	... fill a.keys: the keys, or how to ask for them ...
 *	rc = addition_look_at_old(&a, &e);
 *	rc = addition_may_replace(&a, &e);
 *	rc = addition_prove(&a, &e);
 *	rc = addition_write(&a, "add", &e);
 *	addition_end(&a);
 *
 * Nothing is written before AWS has accepted the keys.
 */
#ifndef AWS_MFA_KEYSTORE_ADDITION_H
#define AWS_MFA_KEYSTORE_ADDITION_H

#include "keystore_verbs.h"
#include "settings/settings.h"
#include "setup_keys.h"

#include <stdbool.h>
#include <sys/stat.h>

struct addition {
	const struct keystore *k;
	const char *user;
	uid_t uid;
	int folder;
	bool exists;         /* there is an entry of this user */
	struct stat old;     /* its file */
	struct entry before; /* what it holds; access_key_id is NULL if it cannot be read */
	char why[400];       /* why it cannot be read */
	struct asker asker;
	struct settings settings;
	struct key_search keys;
	struct secret device, policy;
};

/* Checks the options and the account, loads the settings, and opens the folder of the entries. */
enum status addition_begin(struct addition *a, const struct keystore *k, struct error *e);

/* Reads the entry that there may be. From then on this process has its secret: see as_user.h. */
enum status addition_look_at_old(struct addition *a, struct error *e);

/* Asks before an old entry is replaced, unless --force is given. STATUS_USAGE: the answer is no. */
enum status addition_may_replace(struct addition *a, struct error *e);

/* Proves the keys at AWS, and finds the device. */
enum status addition_prove(struct addition *a, struct error *e);

/* Locks the folder of the entries until addition_end(). Writes the entry, and one line into the
 * syslog: "keystore VERB: ...". */
enum status addition_write(struct addition *a, const char *verb, struct error *e);

void addition_end(struct addition *a);

#endif
