#include "store.h"

#include "ascii.h"
#include "file/file.h"
#include "file/inplace.h"
#include "file/lock.h"
#include "file/replace.h"
#include "file/room.h"
#include "file/steady.h"
#include "file/target.h"
#include "monotonic.h"
#include "text/log.h"
#include "text/progress.h"
#include "text/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/*
 * The bytes that a session may add, tried before the code is spent. AWS promises no limit for a
 * token.
 */
#define ROOM ((off_t)16384)

#define LEASE_WAIT_MS 2000

/* May we use the lock file? It does not matter if another process has the lock now. */
static enum status check_lock(const struct target *t, struct error *e)
{
	int lock;
	enum status rc = lock_file(t, 0, &lock, e);

	if (lock >= 0)
		close(lock);
	return rc == STATUS_SYSTEM ? STATUS_OK : rc;
}

enum status store_check(const char *path, bool again, struct error *e)
{
	struct target t;
	struct stat st;
	enum status rc = target_find(&t, path, e);
	int why, write_error = 0;
	int fd = -1;

	if (rc == STATUS_OK) {
		fd = target_open(&t, O_RDONLY, monotonic_ms() + LEASE_WAIT_MS, &st, e);
		rc = fd < 0 ? e->status : check_lock(&t, e);
	}
	if (rc == STATUS_OK) {
		/* Do not open the file to find out: that would block leases (steady.h). */
		if (faccessat(t.folder, t.name, W_OK, AT_EACCESS) < 0)
			write_error = errno;
		else if (target_is_fixed(fd))
			write_error = EPERM;
		why = replace_foresee(&t, fd, &st);
		if (!why && !again)
			why = room_try(t.folder, st.st_size + ROOM);
		/* The file is a read-only mount of its own, or it is immutable. */
		if (!why && (write_error == EROFS || write_error == EPERM))
			why = write_error;
		if (room_is_lacking(why)) {
			rc = error_set(e, STATUS_CONFIG,
				"%s: there is no room for it: %s; make room first", t.path,
				strerror(why));
		} else if (why && write_error) {
			errno = write_error;
			rc = error_set(e, STATUS_CONFIG,
				"%s: can neither be replaced (%s) nor written in place (%m); make "
				"it and its folder writable for this user",
				t.path, strerror(why));
		} else if (why) {
			rc = inplace_foresee(&t, &st, e);
		}
	}
	if (fd >= 0)
		close(fd);
	target_free(&t);
	return rc;
}

/*
 * Opens the file for writing and locks it. -1 and *e on failure. While this waits for the lock, the
 * file is closed. The process with the lock may be waiting for a lease.
 */
static int open_in_place(
	const struct target *t, int64_t deadline_ms, struct stat *st, struct error *e)
{
	int fd;

	progress_begin("the program that holds the file");
	while ((fd = target_open(t, O_RDWR, deadline_ms, st, e)) >= 0 &&
		lock_content(t, fd, LOCK_TO_WRITE, 0, e) != STATUS_OK) {
		close(fd);
		fd = -1;
		if (e->status != STATUS_SYSTEM || monotonic_ms() >= deadline_ms)
			break;
		progress_sleep(5);
	}
	progress_end();
	return fd;
}

/* Undoes a write in place that was interrupted. */
static enum status undo(const struct target *t, int64_t deadline_ms, bool *undone, struct error *e)
{
	enum status rc;
	struct stat st;
	int fd;

	*undone = false;
	if (fstatat(t->folder, t->name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !inplace_left_any(t, &st))
		return STATUS_OK;
	fd = open_in_place(t, deadline_ms, &st, e);
	if (fd < 0)
		return e->status;
	rc = inplace_undo(t, fd, &st, undone, e);
	close(fd);
	return rc;
}

/* Not inlined: most runs have nothing to undo, so they save its stack. */
__attribute__((noinline)) static bool undo_left(const char *path)
{
	struct error e = {0};
	struct target t;
	bool undone = false;
	int lock = -1;
	enum status rc = target_find(&t, path, &e);

	if (rc == STATUS_OK)
		rc = lock_file(&t, 0, &lock, &e);
	if (rc == STATUS_OK)
		rc = undo(&t, 0, &undone, &e);
	if (rc != STATUS_OK && rc != STATUS_SYSTEM)
		log_warning("%s", e.text);
	if (lock >= 0)
		close(lock);
	target_free(&t);
	return undone;
}

bool store_undo(const char *path)
{
	return inplace_left(path) && undo_left(path);
}

/* Does a reader get back the same value? */
static bool is_storable(const char *value)
{
	size_t len = strlen(value);

	if (len == 0 || !utf8_valid(value, len) || utf8_space_at_start(value, len) ||
		utf8_space_at_end(value, len) || ascii_has_control(value))
		return false;
	for (size_t i = 0; i < len; i++)
		if ((value[i] == '#' || value[i] == ';') && (i == 0 || value[i - 1] == ' '))
			return false;
	return true;
}

/* One attempt to write the file. */
struct attempt {
	const struct target *t;
	int64_t deadline_ms;
	int fd; /* O_RDONLY */
	struct stat st;
	struct secret old; /* what fd holds; NULL after ini_parse() has taken it over */
	bool again;        /* another program has written the file: read it again */
};

/* Writes the file in place. why is the errno that prevents replacing it. */
static enum status write_in_place(struct attempt *a, const struct secret *old,
	const struct secret *new, int why, struct error *e)
{
	struct stat st;
	enum status rc;
	int fd;

	/* Close it first: its LOCK_TO_REPLACE would block LOCK_TO_WRITE. */
	close(a->fd);
	a->fd = -1;
	fd = open_in_place(a->t, a->deadline_ms, &st, e);
	if (fd < 0)
		return e->status;
	rc = inplace_foresee(a->t, &st, e);
	if (rc == STATUS_OK)
		rc = inplace_write(a->t, fd, &st, old, new, why, &a->again, e);
	close(fd);
	return rc;
}

/* Replaces the file, or writes it in place. */
static enum status put(
	struct attempt *a, const struct secret *old, const struct secret *new, struct error *e)
{
	enum status rc = lock_content(a->t, a->fd, LOCK_TO_REPLACE, a->deadline_ms, e);
	int why;

	if (rc != STATUS_OK)
		return rc;
	if (replace_file(a->t, a->fd, &a->st, old, new)) {
		if (a->st.st_nlink > 1)
			log_warning("%s: had %ju names (hard links); the other names keep the old "
				    "content; make them symlinks",
				a->t->path, (uintmax_t)a->st.st_nlink);
		return STATUS_OK;
	}
	why = errno;
	a->again = why == EAGAIN;
	if (a->again)
		return STATUS_OK;
	if (replace_is_impossible(why) &&
		faccessat(a->t->folder, a->t->name, W_OK, AT_EACCESS) == 0)
		return write_in_place(a, old, new, why, e);
	return error_set(
		e, STATUS_NOT_STORED, "%s: cannot be replaced: %s", a->t->path, strerror(why));
}

/* Reads the file at a moment when no program is writing it. */
static enum status read_steadily(struct attempt *a, struct error *e)
{
	enum status rc;
	bool steady;

	a->fd = target_open(a->t, O_RDONLY, a->deadline_ms, &a->st, e);
	if (a->fd < 0)
		return e->status;
	rc = steady_read(a->fd, a->t->path, a->deadline_ms, &a->old, &a->st, &steady, e);
	if (rc == STATUS_OK && !steady)
		rc = error_set(e, STATUS_NOT_STORED,
			"%s: another program has it open for writing and did not end in "
			"time; try again",
			a->t->path);
	return rc;
}

static enum status check_storable(
	const char *path, const struct ini_pair *pairs, size_t n_pairs, struct error *e)
{
	for (size_t i = 0; i < n_pairs; i++)
		if (pairs[i].value && !is_storable(pairs[i].value))
			return error_set(e, STATUS_NOT_STORED,
				"%s: the value for %s has characters that the file cannot hold",
				path, pairs[i].key);
	return STATUS_OK;
}

enum status store_check_spared(const struct ini *ini, const char *section, struct error *e)
{
	if (session_spare_keys(ini, section, e) == STATUS_OK)
		return STATUS_OK;
	return error_set(e, STATUS_NOT_STORED,
		"%s: [%s] holds long-term keys that are nowhere else in this file, so it is not "
		"written; give them a section of their own first",
		ini->path, section);
}

enum status store_apply(const struct ini *ini, const struct store_edit *edits, size_t n_edits,
	struct secret *out, struct error *e)
{
	const struct ini *from = ini;
	struct ini step = {0};
	enum status rc = STATUS_OK;

	*out = (struct secret){0};
	for (size_t i = 0; rc == STATUS_OK && i < n_edits; i++) {
		if (i > 0) {
			ini_free(&step);
			rc = ini_parse(&step, ini->path, out, NULL, NULL, e);
			from = &step;
		}
		if (rc == STATUS_OK && edits[i].spares_keys)
			rc = store_check_spared(from, edits[i].section, e);
		if (rc == STATUS_OK)
			rc = check_storable(ini->path, edits[i].pairs, edits[i].n_pairs, e);
		if (rc == STATUS_OK)
			rc = ini_set(
				from, edits[i].section, edits[i].pairs, edits[i].n_pairs, out, e);
	}
	ini_free(&step);
	return rc;
}

static enum status edit(struct attempt *a, const struct store_place *to, store_make_fn *make,
	const void *arg, struct error *e)
{
	struct secret edited = {0};
	struct ini ini = {0};
	bool undone;
	enum status rc = undo(a->t, a->deadline_ms, &undone, e);

	if (rc == STATUS_OK)
		rc = read_steadily(a, e);
	if (rc == STATUS_OK)
		rc = ini_parse(&ini, a->t->path, &a->old, NULL, NULL, e);
	if (rc == STATUS_OK)
		rc = store_check_content(&ini, to, e);
	if (rc == STATUS_OK)
		rc = make(arg, &ini, &edited, e);
	if (rc == STATUS_OK && edited.data)
		rc = put(a, &ini.bytes, &edited, e);
	if (a->fd >= 0)
		close(a->fd);
	secret_free(&a->old);
	secret_free(&edited);
	ini_free(&ini);
	return rc;
}

enum status store_made(const struct store_place *to, store_make_fn *make, const void *arg,
	int64_t deadline_ms, struct error *e)
{
	struct target t = {.folder = -1};
	bool again = true;
	int lock = -1;
	enum status rc = target_find(&t, to->path, e);

	if (rc == STATUS_OK)
		rc = lock_file(&t, deadline_ms, &lock, e);
	while (rc == STATUS_OK && again) {
		struct attempt a = {.t = &t, .deadline_ms = deadline_ms, .fd = -1};

		rc = edit(&a, to, make, arg, e);
		again = a.again;
		if (rc == STATUS_OK && again && monotonic_ms() >= deadline_ms)
			rc = error_set(e, STATUS_NOT_STORED,
				"%s: other programs keep writing it; try again", t.path);
	}
	if (rc != STATUS_OK)
		e->status = rc = STATUS_NOT_STORED;
	if (lock >= 0)
		close(lock);
	target_free(&t);
	return rc;
}

struct edits {
	const struct store_edit *edits;
	size_t n;
};

static enum status make_edits(
	const void *arg, const struct ini *ini, struct secret *out, struct error *e)
{
	const struct edits *all = arg;

	return store_apply(ini, all->edits, all->n, out, e);
}

enum status store_edits(const struct store_place *to, const struct store_edit *edits,
	size_t n_edits, int64_t deadline_ms, struct error *e)
{
	const struct edits all = {edits, n_edits};

	return store_made(to, make_edits, &all, deadline_ms, e);
}

enum status store_pairs(const struct store_place *to, const struct ini_pair *pairs, size_t n_pairs,
	int64_t deadline_ms, struct error *e)
{
	const struct store_edit edit = {to->section, pairs, n_pairs, false};

	return store_edits(to, &edit, 1, deadline_ms, e);
}

enum status store_session(const struct store_place *to, const struct session *session,
	int64_t deadline_ms, struct error *e)
{
	char expiration[32];
	struct tm tm;
	const struct ini_pair pairs[] = {
		{"assumed_role", to->role ? "True" : "False"},
		{"assumed_role_arn", to->role},
		{"aws_access_key_id", session->access_key_id.data},
		{"aws_secret_access_key", session->secret_access_key.data},
		{"aws_session_token", session->session_token.data},
		/* The same as the session token: botocore prefers this key, so an old value breaks
	         * every call. */
		{"aws_security_token", session->session_token.data},
		{"expiration", expiration},
	};
	struct store_edit edit = {
		.section = to->section,
		.n_pairs = sizeof(pairs) / sizeof(pairs[0]),
		.spares_keys = !to->keys && !to->replaces_keys,
	};

	if (!gmtime_r(&session->expiration, &tm) ||
		strftime(expiration, sizeof(expiration), "%Y-%m-%d %H:%M:%S", &tm) == 0)
		return error_set(e, STATUS_NOT_STORED, "the session's end is not a date");
	edit.pairs = pairs;
	if (to->keys)
		return store_edits(to, &edit, 1, deadline_ms, e);
	if (store_edits_or_create(to, &edit, 1, deadline_ms, e) != STATUS_OK)
		return e->status = STATUS_NOT_STORED;
	return STATUS_OK;
}
