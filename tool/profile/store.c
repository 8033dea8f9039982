#include "store.h"

#include "file.h"
#include "inplace.h"
#include "lock.h"
#include "log.h"
#include "replace.h"
#include "target.h"
#include "utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file with both of its locks. */
struct hold {
	struct target t;
	int lock, fd;
	struct stat st;
};

/* Anew where the file has been replaced. */
static enum status hold_content(struct hold *h, int64_t deadline_ms, struct error *e)
{
	if (h->fd >= 0)
		close(h->fd);
	h->fd = lock_content(&h->t, deadline_ms, &h->st, e);
	return h->fd < 0 ? e->status : STATUS_OK;
}

static enum status hold(struct hold *h, const char *path, int64_t deadline_ms, struct error *e)
{
	enum status rc = target_find(&h->t, path, e);

	h->lock = h->fd = -1;
	if (rc == STATUS_OK) {
		h->lock = lock_file(&h->t, deadline_ms, e);
		if (h->lock < 0)
			rc = e->status;
	}
	return rc == STATUS_OK ? hold_content(h, deadline_ms, e) : rc;
}

static void let_go(struct hold *h)
{
	if (h->fd >= 0)
		close(h->fd);
	if (h->lock >= 0)
		close(h->lock);
	target_free(&h->t);
}

enum status store_check(const char *path, struct error *e)
{
	struct target t;
	struct stat st;
	enum status rc = target_find(&t, path, e);
	int why, write_error = 0;
	int fd = -1;

	if (rc == STATUS_OK) {
		fd = target_open(&t, O_RDWR, &st, e);
		if (fd < 0) {
			write_error = errno;
			fd = target_open(&t, O_RDONLY, &st, e);
		}
		if (fd < 0)
			rc = e->status;
	}
	if (rc == STATUS_OK) {
		why = replace_foresee(&t, fd, &st);
		/* A mount of its own that is read-only, or an immutable file. */
		if (!why && (write_error == EROFS || write_error == EPERM))
			why = write_error;
		if (why && write_error)
			rc = error_set(e, STATUS_CONFIG,
				"%s: can neither be replaced (%s) nor written in place (%s); make "
				"it and its folder writable for this user",
				t.path, strerror(why), strerror(write_error));
		else if (why)
			rc = inplace_foresee(&t, &st, e);
	}
	if (fd >= 0)
		close(fd);
	target_free(&t);
	return rc;
}

/* Not inlined: most runs have nothing to undo, and need no stack for it. */
__attribute__((noinline)) static bool undo(const char *path, int64_t deadline_ms)
{
	struct error e = {0};
	struct hold h;
	bool undone = false;

	if (hold(&h, path, deadline_ms, &e) != STATUS_OK ||
		inplace_undo(&h.t, h.fd, &h.st, &undone, &e) != STATUS_OK)
		log_warning("%s", e.text);
	let_go(&h);
	return undone;
}

bool store_undo(const char *path, int64_t deadline_ms)
{
	return inplace_left(path) && undo(path, deadline_ms);
}

/*
 * Replaces the file by b, or writes it in place. changed, where it is not NULL, is set, and nothing
 * done, when somebody else has written the file since it was read.
 */
static enum status put(const struct hold *h, const struct bytes *old, const struct bytes *b,
	bool *changed, struct error *e)
{
	int why;

	if (replace_file(&h->t, h->fd, &h->st, b, changed != NULL)) {
		if (h->st.st_nlink > 1)
			log_warning("%s: had %ju names (hard links); the others keep what it was: "
				    "make them symlinks",
				h->t.path, (uintmax_t)h->st.st_nlink);
		return STATUS_OK;
	}
	why = errno;
	if (changed && (why == EAGAIN || !target_unchanged(&h->t, &h->st))) {
		*changed = true;
		return STATUS_OK;
	}
	if (replace_is_impossible(why) && (fcntl(h->fd, F_GETFL) & O_ACCMODE) == O_RDWR &&
		inplace_foresee(&h->t, &h->st, e) == STATUS_OK)
		return inplace_write(&h->t, h->fd, &h->st, old, b, why, e);
	return error_set(
		e, STATUS_NOT_STORED, "%s: cannot be replaced: %s", h->t.path, strerror(why));
}

/* Would a reader get back what is written? */
static bool is_storable(const char *value)
{
	size_t len = strlen(value);

	if (len == 0 || !utf8_valid(value, len) || utf8_space_at_start(value, len) ||
		utf8_space_at_end(value, len))
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = value[i];

		if ((unsigned char)c < 0x20 || c == 0x7f)
			return false;
		if ((c == '#' || c == ';') && (i == 0 || value[i - 1] == ' '))
			return false;
	}
	return true;
}

/* changed as in put() */
static enum status edit(struct hold *h, const char *section, const struct ini_pair *pairs,
	size_t n_pairs, bool *changed, struct error *e)
{
	struct bytes bytes = {0}, edited = {0};
	struct ini ini = {0};
	bool undone;
	enum status rc = inplace_undo(&h->t, h->fd, &h->st, &undone, e);

	if (rc == STATUS_OK)
		rc = file_read_fd(h->fd, h->t.path, &bytes, &h->st, e);
	if (rc == STATUS_OK)
		rc = ini_parse(&ini, h->t.path, &bytes, NULL, NULL, e);
	if (rc == STATUS_OK)
		rc = ini_set(&ini, section, pairs, n_pairs, &edited, e);
	if (rc == STATUS_OK)
		rc = put(h, &ini.bytes, &edited, changed, e);
	bytes_free(&bytes);
	bytes_free(&edited);
	ini_free(&ini);
	return rc;
}

enum status store_pairs(const char *path, const char *section, const struct ini_pair *pairs,
	size_t n_pairs, int64_t deadline_ms, struct error *e)
{
	struct hold h = {.lock = -1, .fd = -1};
	bool changed = true;
	enum status rc;

	for (size_t i = 0; i < n_pairs; i++)
		if (pairs[i].value && !is_storable(pairs[i].value))
			return error_set(e, STATUS_NOT_STORED,
				"%s: the value for %s has characters that it cannot hold", path,
				pairs[i].key);
	rc = hold(&h, path, deadline_ms, e);
	/* Editors and `aws configure` take no lock: what they write while we do is not to be lost.
	 * Where the file never stops changing, or its file system says so, a session has been paid
	 * for. */
	for (int tries = 0; rc == STATUS_OK && changed; tries++) {
		changed = false;
		rc = edit(&h, section, pairs, n_pairs, tries < 5 ? &changed : NULL, e);
		if (rc == STATUS_OK && changed)
			rc = hold_content(&h, deadline_ms, e);
	}
	if (rc != STATUS_OK)
		e->status = rc = STATUS_NOT_STORED;
	let_go(&h);
	return rc;
}

enum status store_session(const char *path, const char *section, const char *role,
	const struct session *session, int64_t deadline_ms, struct error *e)
{
	char expiration[32];
	struct tm tm;
	const struct ini_pair pairs[] = {
		{"assumed_role", role ? "True" : "False"},
		{"assumed_role_arn", role},
		{"aws_access_key_id", session->access_key_id},
		{"aws_secret_access_key", session->secret_access_key},
		{"aws_session_token", session->session_token},
		/* Equal to the session token: botocore prefers it, so a stale one breaks all. */
		{"aws_security_token", session->session_token},
		{"expiration", expiration},
	};

	gmtime_r(&session->expiration, &tm);
	strftime(expiration, sizeof(expiration), "%Y-%m-%d %H:%M:%S", &tm);
	return store_pairs(path, section, pairs, sizeof(pairs) / sizeof(pairs[0]), deadline_ms, e);
}
