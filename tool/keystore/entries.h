/*
 * The folder of the entries, AWS_MFA_KEYS_DIR. Only root can change it and the folders above it.
 * Only root calls these functions.
 *
 * MUST guarantee:
 * 1. Whenever the process or the machine dies, an entry is whole: the old one or the new one.
 * 2. An entry that another aws-mfa has changed since it was read is not changed. An editor takes no
 *    lock: what it writes at the same moment may be lost.
 * 3. Each change is a line of the log, unless SIGKILL or a crash comes before it, or the log's
 * daemon does not take it (journal.h).
 *
 * A new entry is written to a file that begins with '-', which is no name of an entry. The next
 * change removes what a killed run has left there.
 */
#ifndef AWS_MFA_ENTRIES_H
#define AWS_MFA_ENTRIES_H

#include "entry.h"
#include "error.h"

#include <stdbool.h>
#include <sys/stat.h>

#define ENTRIES_PATH_SIZE 4096

/* Writes the path of the entry into path, for messages. Returns path. */
const char *entries_path(const char *name, char path[static ENTRIES_PATH_SIZE]);

/*
 * Opens the folder. With make, creates it if it is missing. Without, *folder is -1 for a missing
 * one: it has no entries. STATUS_CONFIG: somebody other than root could change it. STATUS_SYSTEM:
 * it cannot be created or opened.
 */
enum status entries_open(bool make, int *folder, struct error *e);

/* The names of the entries, sorted. folder -1 has none. Call entries_free_names() in any case. */
struct entry_names {
	char **name;
	size_t n;
	size_t left; /* files of interrupted changes */
};
enum status entries_names(int folder, struct entry_names *names, struct error *e);
void entries_free_names(struct entry_names *names);

/*
 * Reads an entry, and checks that it is of this name. *st is its file, for entries_write() and
 * entries_remove().
 * STATUS_NOT_SET_UP: there is none, or folder is -1. STATUS_CONFIG: see entry_read(); *st is filled
 * all the same.
 * Call entry_free() in any case.
 */
enum status entries_read(
	int folder, const char *name, struct entry *entry, struct stat *st, struct error *e);

/*
 * Locks the folder for a change, until it is closed. Waits for another aws-mfa, which may be
 * waiting for a home. The terminal cannot stop the process any more. Removes what an interrupted
 * change has left. STATUS_SYSTEM: it cannot.
 */
enum status entries_lock(int folder, struct error *e);

/*
 * Under the lock: writes an entry. old is the file that it replaces, from entries_read(); NULL:
 * there must be none. verb is what the log says, such as "add". STATUS_CONFIG: the file is another
 * one now, or a login would refuse the entry. STATUS_SYSTEM: it cannot be written, or it is written
 * and the folder cannot be synced.
 */
enum status entries_write(
	int folder, struct entry *entry, const struct stat *old, const char *verb, struct error *e);

/*
 * Under the lock: makes sure that the file is still old, from entries_read(), and that it is safe
 * on disk. STATUS_CONFIG: it is another one now. STATUS_SYSTEM: it cannot be synced.
 */
enum status entries_keep(int folder, const char *name, const struct stat *old, struct error *e);

/*
 * Under the lock: removes the entry. old and the statuses are those of entries_write(). entry is
 * for the log; NULL: it cannot be read.
 */
enum status entries_remove(int folder, const char *name, const struct stat *old,
	const struct entry *entry, struct error *e);

#endif
