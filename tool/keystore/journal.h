/* One line in the syslog for each change of an entry: who has changed what. Never the secret. */
#ifndef AWS_MFA_KEYSTORE_JOURNAL_H
#define AWS_MFA_KEYSTORE_JOURNAL_H

#include "entry.h"

/*
 * Waits some seconds at most for a daemon that takes nothing, and then warns that the line may be
 * lost. Without a daemon the line is lost without a warning.
 *
 * Facility auth, level info. what is what was done, such as "add". entry may be NULL: it could not
 * be read. Else user is entry->user.
 */
void journal_change(const char *what, const char *user, const struct entry *entry);

#endif
