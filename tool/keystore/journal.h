/* One line in the syslog for each change of an entry: who has changed what. Never the secret. */
#ifndef AWS_MFA_KEYSTORE_JOURNAL_H
#define AWS_MFA_KEYSTORE_JOURNAL_H

#include "entry.h"

/*
 * Facility auth, level info. what is what was done, such as "add". entry may be NULL: it could not
 * be read. Else user is entry->user.
 */
void journal_change(const char *what, const char *user, const struct entry *entry);

#endif
