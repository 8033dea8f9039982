#include "lock.h"

#include "hash.h"
#include "monotonic.h"
#include "text/log.h"
#include "text/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The locks use different bytes, so two descriptors of one process never clash. */
enum { BYTE_FILE, BYTE_CONTENT, BYTE_SECTIONS };

/* If two sections get the same byte, they only wait for each other. */
static off_t section_byte(const char *section)
{
	return (off_t)(BYTE_SECTIONS + hash_text(section) % 0x7ffffff0);
}

static enum status unfit(const struct target *t, const char *name, const char *why, struct error *e)
{
	return error_set(e, STATUS_CONFIG, "%.*s%s: %s; remove it", (int)(t->name - t->path),
		t->path, name, why);
}

/*
 * Is name still the file that *st describes? If yes, *st is updated: name is then one of the links
 * that st_nlink counts.
 */
static bool leads_to(const struct target *t, const char *name, struct stat *st)
{
	struct stat now;

	if (fstatat(t->folder, name, &now, AT_SYMLINK_NOFOLLOW) < 0 || now.st_dev != st->st_dev ||
		now.st_ino != st->st_ino)
		return false;
	*st = now;
	return true;
}

/*
 * Threat: in a folder that others may write, another user creates the lock file. It may be a link
 * to a file elsewhere, a FIFO, or a file that they keep locked. We must not lock or chown such a
 * file.
 */
static enum status check(const struct target *t, const char *name, int fd, struct error *e)
{
	struct stat st, lock_st;

	if (fstat(fd, &lock_st) < 0)
		return error_system(e, name);
	if (!S_ISREG(lock_st.st_mode))
		return unfit(t, name, "is not a regular file", e);
	if (lock_st.st_nlink > 1)
		return unfit(t, name, "has another name (a hard link)", e);
	if (fstatat(t->folder, t->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return STATUS_OK;
	if (lock_st.st_uid != geteuid() && lock_st.st_uid != 0 && lock_st.st_uid != st.st_uid)
		return unfit(t, name, "belongs to another user", e);
	/* A lock file that root made would lock out the file's owner. Only an empty one is given to
	 * the owner: it reveals nothing. */
	if (geteuid() == 0 && lock_st.st_uid == 0 && st.st_uid != 0 && lock_st.st_size == 0) {
		/* Threat: name was a hard link to a file elsewhere, and the user has removed name
		 * since the open. That file then has only one name, too. */
		if (!leads_to(t, name, &lock_st) || lock_st.st_nlink > 1)
			return unfit(t, name, "has another name (a hard link) or was replaced", e);
		if (fchown(fd, st.st_uid, st.st_gid) < 0)
			return unfit(t, name, strerror(errno), e);
	}
	return STATUS_OK;
}

/*
 * Opens the lock file, such as ".credentials.aws-mfa-lock". It is beside the file itself, not
 * beside a symlink to it.
 */
static enum status open_lock_file(const struct target *t, int *fd, struct error *e)
{
	const int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	char name[NAME_MAX + 32];
	int error;

	snprintf(name, sizeof(name), ".%s.aws-mfa-lock", t->name);
	*fd = openat(t->folder, name, flags | O_CREAT, 0600);
	if (*fd >= 0 && check(t, name, *fd, e) != STATUS_OK) {
		close(*fd);
		*fd = -1;
		return e->status;
	}
	if (*fd >= 0)
		return STATUS_OK;
	error = errno;
	switch (error) {
	case EACCES:
	case EPERM:
	case EROFS:
		if (!target_folder_writable(t))
			return STATUS_OK;
		/* fall through */
	case ELOOP:
	case EISDIR:
	case ENXIO: /* a socket */
		return unfit(t, name, strerror(error), e);
	case EMFILE:
	case ENFILE:
	case ENOMEM:
		return error_system(e, t->path);
	default:
		return error_set(e, STATUS_CONFIG, "%.*s%s: %s", (int)(t->name - t->path), t->path,
			name, strerror(error));
	}
}

/*
 * NFS without lockd and Lustre without flock have no locks. Users must be able to log in there,
 * too.
 */
static bool has_no_locks(int error)
{
	return error == ENOLCK || error == ENOSYS || error == EOPNOTSUPP;
}

static void warn_about_no_locks(const struct target *t, int error)
{
	static bool warned;

	if (!warned)
		log_warning("%s: this file system has no locks (%s), so two refreshes at once can "
			    "spend two codes; mount it with flock (Lustre) or local_lock=posix "
			    "(NFS)",
			t->path, strerror(error));
	warned = true;
}

/* Polls for the lock: the blocking form of fcntl() has no deadline. */
static enum status poll_for(int fd, short type, off_t byte, const struct target *t,
	const char *section, int64_t deadline_ms, struct error *e)
{
	struct flock range = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
	int64_t pause_ms = 2;

	while (fcntl(fd, F_OFD_SETLK, &range) < 0) {
		if (has_no_locks(errno)) {
			warn_about_no_locks(t, errno);
			return STATUS_OK;
		}
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			return error_set(e, STATUS_CONFIG, "%s: cannot be locked: %s", t->path,
				strerror(errno));
		if (monotonic_ms() >= deadline_ms)
			return error_set(e, STATUS_SYSTEM,
				"%s: another aws-mfa is working on %s%s%s", t->path,
				section ? "[" : "the file", section ? section : "",
				section ? "]; end it if it hangs"
					: " and did not end in time; try again");
		progress_sleep(pause_ms);
		if (pause_ms < 50)
			pause_ms *= 2;
	}
	return STATUS_OK;
}

static enum status wait_for(int fd, short type, off_t byte, const struct target *t,
	const char *section, int64_t deadline_ms, struct error *e)
{
	char what[320];
	enum status rc;

	snprintf(what, sizeof(what), "another aws-mfa that %s%.256s%s",
		section ? "renews [" : "writes ", section ? section : t->name, section ? "]" : "");
	progress_begin(what);
	rc = poll_for(fd, type, byte, t, section, deadline_ms, e);
	progress_end();
	return rc;
}

static enum status take(const struct target *t, const char *section, int64_t deadline_ms, int *lock,
	struct error *e)
{
	off_t byte = section ? section_byte(section) : BYTE_FILE;
	enum status rc;
	struct stat st;

	*lock = -1;
	if (t->linked) {
		/* Check the file's owner before creating anything in a folder that a symlink leads
		 * to. */
		int fd = target_open(t, O_RDONLY, deadline_ms, &st, e);

		if (fd < 0)
			return e->status;
		close(fd);
	}
	rc = open_lock_file(t, lock, e);
	if (rc == STATUS_OK && *lock >= 0)
		rc = wait_for(*lock, F_WRLCK, byte, t, section, deadline_ms, e);
	if (rc != STATUS_OK && *lock >= 0) {
		close(*lock);
		*lock = -1;
	}
	return rc;
}

enum status lock_section(
	const char *path, const char *section, int64_t deadline_ms, int *lock, struct error *e)
{
	struct target t;
	enum status rc = target_find(&t, path, e);

	*lock = -1;
	if (rc == STATUS_OK)
		rc = take(&t, section, deadline_ms, lock, e);
	target_free(&t);
	return rc;
}

enum status lock_file(const struct target *t, int64_t deadline_ms, int *lock, struct error *e)
{
	return take(t, NULL, deadline_ms, lock, e);
}

enum status lock_content(
	const struct target *t, int fd, enum lock_use use, int64_t deadline_ms, struct error *e)
{
	return wait_for(fd, use == LOCK_TO_WRITE ? F_WRLCK : F_RDLCK, BYTE_CONTENT, t, NULL,
		deadline_ms, e);
}
