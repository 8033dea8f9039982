#include "entries.h"

#include "file/file.h"
#include "file/signals.h"
#include "journal.h"
#include "monotonic.h"
#include "paths.h"
#include "text/log.h"
#include "text/progress.h"
#include "text/write_all.h"
#include "timeout.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* A change takes milliseconds. An import also waits for the home (as_user.h) and for the log. */
#define WAIT_MS ((TIMEOUT_DEFAULT + 20) * INT64_C(1000))

/*
 * One for all entries, under the lock: what a killed process has left is gone with the next change
 * of any entry. No entry has such a name.
 */
#define TEMPORARY "-new"

/* --- its text --- */

static const char *value_of(struct entry *entry, enum entry_key key, char number[static 32])
{
	char **text = entry_text(entry, key);
	long long n = key == KEY_UID ? (long long)entry->uid : entry->duration;

	if (text)
		return *text;
	snprintf(number, 32, "%lld", n);
	return key == KEY_UID || n > 0 ? number : NULL;
}

static bool print(struct entry *entry, struct secret *out)
{
	char number[32];

	if (!secret_make(out, ENTRY_MAX_BYTES + 1))
		return false;
	secret_add(out, "[" ENTRY_SECTION "]\n", strlen(ENTRY_SECTION) + 3);
	for (enum entry_key key = 0; key < N_ENTRY_KEYS; key++) {
		const char *name = entry_rules[key].name;
		const char *value = value_of(entry, key, number);
		size_t room = ENTRY_MAX_BYTES - out->size;

		if (!value)
			continue;
		errno = EFBIG;
		if (strlen(name) + strlen(value) + 4 > room)
			return false;
		secret_add(out, name, strlen(name));
		secret_add(out, " = ", 3);
		secret_add(out, value, strlen(value));
		secret_add(out, "\n", 1);
	}
	return true;
}

static bool same(struct entry *a, struct entry *b)
{
	char numbers[2][32];

	for (enum entry_key key = 0; key < N_ENTRY_KEYS; key++) {
		const char *of_a = value_of(a, key, numbers[0]);
		const char *of_b = value_of(b, key, numbers[1]);

		if (of_a && of_b ? strcmp(of_a, of_b) != 0 : of_a != of_b)
			return false;
	}
	return true;
}

/* Will a login read the same values? Find out before the file is written. */
static enum status check(
	struct entry *entry, const struct secret *text, const char *path, struct error *e)
{
	struct secret copy = {0};
	struct entry back = {0};
	enum status rc;

	if (!secret_copy(&copy, text->data, text->size))
		return error_system(e, path);
	rc = entry_parse(&back, path, &copy, e);
	if (rc == STATUS_OK && !same(entry, &back))
		rc = error_set(e, STATUS_CONFIG,
			"%s: cannot hold a value that has blanks around it", path);
	entry_free(&back);
	return rc;
}

/* --- its file --- */

enum status entries_lock(int folder, struct error *e)
{
	int64_t until = monotonic_ms() + WAIT_MS;
	sigset_t stop;
	bool locked;

	/* Threat: the terminal stops an import that waits for a home, and no entry can be changed.
	 */
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	sigaddset(&stop, SIGTTOU);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	progress_begin("another aws-mfa keystore");
	while (!(locked = flock(folder, LOCK_EX | LOCK_NB) == 0) &&
		(errno == EWOULDBLOCK || errno == EINTR) && monotonic_ms() <= until)
		progress_sleep(20);
	progress_end();
	if (!locked) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return error_system(e, AWS_MFA_KEYS_DIR);
		return error_set(e, STATUS_SYSTEM,
			"%s: another aws-mfa keystore is changing an entry; try again",
			AWS_MFA_KEYS_DIR);
	}
	if (unlinkat(folder, TEMPORARY, 0) == 0 || errno == ENOENT)
		return STATUS_OK;
	return error_system(e, AWS_MFA_KEYS_DIR "/" TEMPORARY);
}

/* Is the entry as the administrator has seen it? */
static enum status check_old(int folder, const char *name, const struct stat *old, struct error *e)
{
	struct stat now;
	bool there = fstatat(folder, name, &now, AT_SYMLINK_NOFOLLOW) == 0;

	if (there ? old && file_same(old, &now) : errno == ENOENT && !old)
		return STATUS_OK;
	return error_set(e, STATUS_CONFIG,
		"%s/%s: has changed meanwhile; nothing was written: run the command again",
		AWS_MFA_KEYS_DIR, name);
}

/* The old file is still there under its other names. */
static void warn_of_other_names(const char *path, const struct stat *old)
{
	if (old && old->st_nlink > 1)
		log_warning(
			"%s had %lu names (hard links), and the old key is still in the other one: "
			"remove it, and the key at AWS; run: find / -xdev -inum %ju",
			path, (unsigned long)old->st_nlink, (uintmax_t)old->st_ino);
}

static bool write_file(int folder, const char *name, const struct secret *text)
{
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool good;
	int error;

	if (fd < 0)
		return false;
	/* The folder may give its group or an ACL to new files. */
	good = fchown(fd, 0, 0) == 0 && fchmod(fd, 0600) == 0 &&
		write_all(fd, text->data, text->size) && TEMP_FAILURE_RETRY(fsync(fd)) == 0;
	error = errno;
	close(fd);
	errno = error;
	return good;
}

/* *changed: the entry is the new one, also if the folder cannot be synced. */
static enum status replace(int folder, const char *name, const struct secret *text,
	const char *path, bool *changed, struct error *e)
{
	enum status rc = STATUS_OK;

	*changed = write_file(folder, TEMPORARY, text) &&
		renameat(folder, TEMPORARY, folder, name) == 0;
	if (!*changed || !file_sync_folder(folder))
		rc = error_system(e, path);
	if (!*changed)
		unlinkat(folder, TEMPORARY, 0);
	return rc;
}

enum status entries_write(
	int folder, struct entry *entry, const struct stat *old, const char *verb, struct error *e)
{
	char path[ENTRIES_PATH_SIZE];
	struct secret text = {0};
	enum status rc = STATUS_OK;
	bool changed = false;
	sigset_t before;

	entries_path(entry->user, path);
	if (!print(entry, &text))
		rc = error_system(e, path);
	if (rc == STATUS_OK)
		rc = check(entry, &text, path, e);
	if (rc == STATUS_OK) {
		signals_hold(&before); /* until the line is in the log */
		rc = check_old(folder, entry->user, old, e);
		if (rc == STATUS_OK)
			rc = replace(folder, entry->user, &text, path, &changed, e);
		if (changed) {
			journal_change(verb, entry->user, entry);
			warn_of_other_names(path, old);
		}
		signals_release(&before);
	}
	secret_free(&text);
	return rc;
}

enum status entries_keep(int folder, const char *name, const struct stat *old, struct error *e)
{
	enum status rc = check_old(folder, name, old, e);
	char path[ENTRIES_PATH_SIZE];
	int fd;

	if (rc != STATUS_OK)
		return rc;
	fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || TEMP_FAILURE_RETRY(fsync(fd)) < 0 || !file_sync_folder(folder))
		rc = error_system(e, entries_path(name, path));
	if (fd >= 0)
		close(fd);
	return rc;
}

enum status entries_remove(int folder, const char *name, const struct stat *old,
	const struct entry *entry, struct error *e)
{
	char path[ENTRIES_PATH_SIZE];
	bool changed = false;
	sigset_t before;
	enum status rc;

	signals_hold(&before);
	rc = check_old(folder, name, old, e);
	if (rc == STATUS_OK) {
		changed = unlinkat(folder, name, 0) == 0;
		if (!changed || !file_sync_folder(folder))
			rc = error_system(e, entries_path(name, path));
	}
	if (changed) {
		journal_change("remove", name, entry);
		warn_of_other_names(entries_path(name, path), old);
	}
	signals_release(&before);
	return rc;
}
