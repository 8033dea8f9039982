#include "inplace.h"

#include "place.h"
#include "room.h"
#include "signals.h"
#include "steady.h"
#include "text/log.h"
#include "walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Writes `after` into fd. fd holds `before`, or `before` partly overwritten by `after`. */
static bool rewrite(int fd, const struct secret *before, const struct secret *after)
{
	size_t done = 0;

	while (done < before->size && done < after->size && before->data[done] == after->data[done])
		done++;
	/* Reserve room first: a disk that fills up during the write would leave half a file. Some
	 * file systems cannot reserve room. */
	if (after->size > before->size &&
		fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)after->size) < 0 &&
		room_is_lacking(errno))
		return false;
	while (done < after->size) {
		ssize_t n = pwrite(fd, after->data + done, after->size - done, (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		done += (size_t)n;
	}
	return TEMP_FAILURE_RETRY(ftruncate(fd, (off_t)after->size)) == 0 &&
		TEMP_FAILURE_RETRY(fsync(fd)) == 0;
}

/* Logs only the worst error: a held signal may end the process before the caller prints. */
static enum status write_held(const struct target *t, int fd, const struct stat *st,
	const struct secret *old, const struct secret *new, int why, bool *changed, struct place *p,
	struct error *e)
{
	int error = 0;
	bool put_back;
	int which;

	steady_shut(fd);
	for (which = 0; which < N_PLACES; which++) {
		const char *name;

		if (!place_open(p, which, t, st))
			continue;
		if (place_try(p, st, &name) && place_save(p, old, new, st))
			break;
		error = errno;
		place_close(p);
	}
	if (which == N_PLACES) {
		steady_reopen(fd);
		errno = error;
		return error_set(e, STATUS_NOT_STORED,
			"%s: cannot be replaced (%s), and cannot be written in place "
			"because no copy can be saved: %m",
			t->path, strerror(why));
	}
	/* Threat: another program writes the file while the copies go to disk. That write would be
	 * lost. */
	*changed = !steady_holds(fd, old);
	if (*changed || rewrite(fd, old, new)) {
		steady_reopen(fd);
		place_forget(p);
		place_close(p);
		return STATUS_OK;
	}
	error = errno;
	put_back = rewrite(fd, new, old);
	steady_reopen(fd);
	if (put_back) {
		place_forget(p);
		error_set(e, STATUS_NOT_STORED, "%s: cannot be written: %s; the file is unchanged",
			t->path, strerror(error));
	} else {
		error_set(e, STATUS_NOT_STORED,
			"%s: cannot be written (%s) or restored (%m); the complete old "
			"content is in %s%s; the next run tries to restore it",
			t->path, strerror(error), p->path, p->saved);
		log_warning("%s", e->text);
	}
	place_close(p);
	return STATUS_NOT_STORED;
}

enum status inplace_write(const struct target *t, int fd, const struct stat *st,
	const struct secret *old, const struct secret *new, int why, bool *changed, struct error *e)
{
	struct place p;
	sigset_t before;
	enum status rc;

	signals_hold(&before);
	rc = write_held(t, fd, st, old, new, why, changed, &p, e);
	signals_release(&before);
	if (rc == STATUS_OK && !*changed)
		log_warning("%s: cannot be replaced (%s), so it was written in place; "
			    "during the write a copy was %s%s",
			t->path, strerror(why), p.path, p.saved);
	return rc;
}

enum status inplace_foresee(const struct target *t, const struct stat *st, struct error *e)
{
	char in_the_way[PATH_MAX + NAME_MAX + 64] = "";
	struct stat folder;
	struct place p;

	/* Threat: a user makes a hard link in their folder to a file that root owns. */
	if (geteuid() == 0 && st->st_nlink > 1 &&
		(fstat(t->folder, &folder) < 0 || folder.st_uid != 0))
		return error_set(e, STATUS_CONFIG,
			"%s: has other names (hard links), and its folder belongs to "
			"another user; root does not write to it; remove the other "
			"names",
			t->path);
	for (int which = 0; which < N_PLACES; which++) {
		const char *name;
		bool good;

		if (!place_open(&p, which, t, st))
			continue;
		good = place_try(&p, st, &name);
		if (!good && name)
			snprintf(in_the_way, sizeof(in_the_way), "; %s%s is in the way: remove it",
				p.path, name);
		place_close(&p);
		if (good)
			return STATUS_OK;
	}
	return error_set(e, STATUS_CONFIG,
		"%s: cannot be replaced or written in place, because no folder "
		"can hold a copy (tried its own, %s and /var/tmp); one of them "
		"must be writable and have room%s",
		t->path, place_home(st->st_uid) ? place_home(st->st_uid) : "home", in_the_way);
}

static bool left(const char *path, const struct stat *st)
{
	for (int which = 0; which < N_PLACES; which++)
		if (place_left(which, path, st))
			return true;
	return false;
}

/* Not inlined: most runs need no target, so they save its stack. */
__attribute__((noinline)) static bool left_behind_links(const char *path)
{
	struct error e;
	struct target t;
	struct stat st;
	bool found = target_find(&t, path, &e) == STATUS_OK &&
		fstatat(t.folder, t.name, &st, AT_SYMLINK_NOFOLLOW) == 0 && left(t.path, &st);

	target_free(&t);
	return found;
}

bool inplace_left(const char *path)
{
	struct stat st;

	return walk_is_plain(path, &st) ? left(path, &st) : left_behind_links(path);
}

bool inplace_left_any(const struct target *t, const struct stat *st)
{
	bool found = false;

	for (int which = 0; which < N_PLACES && !found; which++) {
		struct place p;

		if (!place_open(&p, which, t, st))
			continue;
		found = place_has_copy(&p, st) || place_left(which, t->path, st);
		place_close(&p);
	}
	return found;
}

static bool has_at(const struct secret *s, size_t i, char c)
{
	return i < s->size && s->data[i] == c;
}

/*
 * Is each byte of `now` the byte of `old` or `new` in the same place? An interrupted write leaves
 * such a file.
 */
static bool is_mixture(const struct secret *now, const struct secret *old, const struct secret *new)
{
	size_t least = old->size < new->size ? old->size : new->size;
	size_t most = old->size < new->size ? new->size : old->size;

	if (now->size < least || now->size > most)
		return false;
	for (size_t i = 0; i < now->size; i++) {
		char c = now->data[i];

		/* After a power cut, appended bytes can read as zeros. */
		if (!has_at(old, i, c) && !has_at(new, i, c) && !(i >= old->size && c == '\0'))
			return false;
	}
	return true;
}

static enum status undo_from(struct place *p, const struct target *t, int fd, const struct stat *st,
	bool *undone, struct error *e)
{
	struct secret saved = {0}, new = {0}, now = {0};
	struct stat unused;
	enum status rc = file_read_fd(fd, t->path, &now, &unused, e);

	if (rc != STATUS_OK)
		goto out;
	if (!place_read(p, p->saved, st, &saved)) {
		log_warning("%s%s: is in the way and is not a copy that aws-mfa made; "
			    "remove it",
			p->path, p->saved);
	} else if (!place_read(p, p->new, st, &new) || !is_mixture(&now, &saved, &new)) {
		if (!place_keep(p)) {
			rc = error_set(e, STATUS_CONFIG,
				"%s%s: cannot be renamed to %s: %s; move it away", p->path,
				p->saved, p->kept, strerror(errno));
			goto out;
		}
		log_warning("%s: was changed after an interrupted write and stays as it is; "
			    "the content before that write is in %s%s; compare the two, "
			    "then remove the copy",
			t->path, p->path, p->kept);
		place_forget(p);
	} else if (secret_equal(&now, &new) || secret_equal(&now, &saved)) {
		place_forget(p);
	} else {
		/* Pass an empty `before`: the current content is unknown. */
		const struct secret none = {.data = now.data};
		sigset_t before;
		bool put_back;

		signals_hold(&before);
		put_back = rewrite(fd, &none, &saved);
		if (put_back)
			place_forget(p);
		signals_release(&before);
		*undone = *undone || put_back;
		if (put_back)
			log_warning("%s: a write to it was interrupted; the content before that "
				    "write is restored",
				t->path);
		else
			rc = error_set(e, STATUS_CONFIG,
				"%s: a write to it was interrupted and cannot be undone: %s; "
				"the complete old content is in %s%s; copy it back",
				t->path, strerror(errno), p->path, p->saved);
	}
out:
	secret_free(&saved);
	secret_free(&new);
	secret_free(&now);
	return rc;
}

enum status inplace_undo(
	const struct target *t, int fd, const struct stat *st, bool *undone, struct error *e)
{
	enum status rc = STATUS_OK;

	*undone = false;
	for (int which = 0; which < N_PLACES && rc == STATUS_OK; which++) {
		struct place p;

		if (!place_open(&p, which, t, st))
			continue;
		if (place_has_copy(&p, st))
			rc = undo_from(&p, t, fd, st, undone, e);
		else if (place_left(which, t->path, st))
			place_forget(&p);
		place_close(&p);
	}
	return rc;
}
