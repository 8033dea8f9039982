/*
 * The settings of a login in keystore mode. They come from the entry, the site's file and the
 * module. No environment, no home and nothing else of the user counts.
 */
#ifndef AWS_MFA_ENTRY_SETTINGS_H
#define AWS_MFA_ENTRY_SETTINGS_H

#include "entry.h"
#include "error.h"
#include "settings/taken.h"

/* What the module says of a login. */
struct entry_login {
	const char *profile; /* NULL: not given */
	const char *timeout; /* SECONDS; NULL: not given */
};

/*
 * Fills *s, except the keys. path names the entry in messages. STATUS_CONFIG: a value is wrong, or
 * others than root can change the site's file or the CA certificates. Call settings_free() in any
 * case.
 */
enum status entry_settings(struct settings *s, const struct entry *entry, const char *path,
	const struct entry_login *login, struct error *e);

/*
 * For keystore add, import and check: would a login take the entry if the module names nothing? The
 * site's file can make an entry bad that is good by itself. The statuses of entry_settings().
 */
enum status entry_settings_check(const struct entry *entry, const char *path, struct error *e);

/*
 * For keystore add, import and check: fills how to reach AWS, from the site's file alone, as a
 * login does. Also checks that a login can read this file and the CA certificates (file/reach.h).
 */
enum status entry_settings_reach(struct settings *s, struct error *e);

#endif
