#include "owner.h"

#include "target.h"
#include "text/shell.h"
#include "walk.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

static bool is_ours(const struct stat *st)
{
	return st->st_uid == geteuid() || st->st_uid == 0;
}

/* Has the local account file another user with this primary group? */
static bool has_other_user(gid_t gid, uid_t uid)
{
	FILE *accounts = fopen("/etc/passwd", "re");
	const struct passwd *pw;
	bool other = !accounts;

	while (!other && (pw = fgetpwent(accounts)))
		other = pw->pw_gid == gid && pw->pw_uid != uid;
	if (accounts)
		(void)fclose(accounts);
	return other;
}

static bool has_member(const struct group *group, const char *except)
{
	for (char **member = group->gr_mem; *member; member++)
		if (strcmp(*member, except) != 0)
			return true;
	return false;
}

/* Threat: another line of the local group file has the same number (groupadd -o). */
static bool has_other_member(gid_t gid, const char *user)
{
	FILE *groups = fopen("/etc/group", "re");
	const struct group *group;
	bool other = !groups;

	while (!other && (group = fgetgrent(groups)))
		other = group->gr_gid == gid && has_member(group, user);
	if (groups)
		(void)fclose(groups);
	return other;
}

/* Is it the group that useradd(8) makes for this user alone (USERGROUPS_ENAB in login.defs(5))? */
static bool is_private_group(gid_t gid)
{
	const struct passwd *pw = getpwuid(geteuid());
	const struct group *group =
		pw && pw->pw_uid != 0 && pw->pw_gid == gid ? getgrgid(gid) : NULL;

	if (!group || strcmp(group->gr_name, pw->pw_name) != 0)
		return false;
	return !has_member(group, pw->pw_name) && !has_other_member(gid, pw->pw_name) &&
		!has_other_user(gid, geteuid());
}

/* With an ACL, the bits of the group are the most that other users of the ACL may do (acl(5)). */
static bool has_acl(const char *path)
{
	return getxattr(path, "system.posix_acl_access", NULL, 0) >= 0 ||
		(errno != ENODATA && errno != EOPNOTSUPP && errno != ENOSYS);
}

/* The user's private group may write: with umask 002, as on Debian 13, it always may. */
static bool others_may_write(const char *path, const struct stat *st)
{
	return (st->st_mode & S_IWOTH) ||
		((st->st_mode & S_IWGRP) && (!is_private_group(st->st_gid) || has_acl(path)));
}

/* Quotes a path for a command in a message. A path that is too long is not quoted. */
static const char *quoted(const char *path, char to[static 400])
{
	return shell_quote(path, strlen(path), to, 400) ? to : path;
}

enum status owner_check(const char *path, const struct stat *st, struct error *e)
{
	char word[400];

	if (!is_ours(st))
		return error_set(e, STATUS_CONFIG, "%s: belongs to uid %ju; run: sudo chown %ju %s",
			path, (uintmax_t)st->st_uid, (uintmax_t)geteuid(), quoted(path, word));
	if (others_may_write(path, st) && (st->st_mode & S_ISVTX))
		return error_set(e, STATUS_CONFIG,
			"%s: others may write it (mode %04o), as in every folder like /tmp; move the "
			"file to another folder",
			path, (unsigned)st->st_mode & 07777);
	if (others_may_write(path, st))
		return error_set(e, STATUS_CONFIG,
			"%s: others may write it (mode %04o); run: chmod go-w %s", path,
			(unsigned)st->st_mode & 07777, quoted(path, word));
	return STATUS_OK;
}

enum status owner_check_file(const char *path, const struct stat *st, struct error *e)
{
	char *folder = realpath(path, NULL);
	struct stat folder_st;
	enum status rc = owner_check(path, st, e);
	char *slash;

	if (rc != STATUS_OK)
		goto out;
	if (!folder) {
		rc = error_system(e, path);
		goto out;
	}
	slash = strrchr(folder, '/');
	slash[slash == folder] = '\0';
	if (stat(folder, &folder_st) < 0) {
		rc = error_system(e, folder);
	} else {
		/* In a sticky folder such as /tmp, users cannot replace files of other users. */
		if (folder_st.st_mode & S_ISVTX)
			folder_st.st_mode &= ~(mode_t)(S_IWGRP | S_IWOTH);
		rc = owner_check(folder, &folder_st, e);
	}
out:
	free(folder);
	return rc;
}

/* What is known so far about the path to a file. */
struct way {
	enum status rc; /* the result for the folders so far */
	struct error *e;
	owner_fault_fn *fault; /* gets each fault; NULL: end at the first one */
	void *arg;
	bool linked; /* a symlink is on the path */
	bool found;  /* the last name exists */
};

/* For struct walk_guard. Refuses a folder where others could make a name lead elsewhere. */
static bool check_folder(void *arg, const struct target *t, const struct stat *entry)
{
	const char *path = *t->path ? t->path : "/";
	struct way *w = arg;
	struct stat st;

	w->found = entry != NULL;
	w->linked = w->linked || (entry && S_ISLNK(entry->st_mode));
	if (fstat(t->folder, &st) < 0) {
		w->rc = error_system(w->e, path);
		return false;
	}
	/* In a sticky folder, users cannot move or replace files of other users. */
	if ((st.st_mode & S_ISVTX) && (!entry || is_ours(entry)))
		st.st_mode &= ~(mode_t)(S_IWGRP | S_IWOTH);
	w->rc = owner_check(path, &st, w->e);
	if (w->rc != STATUS_OK && w->fault) {
		w->fault(w->arg, w->e);
		w->rc = STATUS_OK;
	}
	return w->rc == STATUS_OK;
}

/* Sets the error that says why the path leads to no file. */
static enum status explain(const struct way *w, const char *path, int error)
{
	errno = error;
	if (error == EMFILE || error == ENFILE || error == ENOMEM)
		return error_system(w->e, path);
	if (error == ENOENT && !w->linked)
		return error_set(w->e, STATUS_NOT_SET_UP, "%s: there is no such file", path);
	if (error == ENOENT)
		return error_set(w->e, STATUS_CONFIG,
			"%s: a symlink leads there, but the file does not exist; check "
			"that its target is mounted",
			path);
	return error_set(w->e, STATUS_CONFIG, "%s: %s", path, strerror(error));
}

/*
 * A home that is missing or belongs to another user is STATUS_CONFIG. It may not be mounted yet, so
 * the user may still be enrolled.
 */
static enum status check_home(const char *home, struct error *e)
{
	struct stat st;

	if (stat(home, &st) < 0)
		return error_set(e, STATUS_CONFIG, "%s: this home cannot be looked at: %s", home,
			strerror(errno));
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid())
		return error_set(
			e, STATUS_CONFIG, "%s: this home is not a folder of this user", home);
	return owner_check(home, &st, e);
}

enum status owner_check_way(const char *home, const char *path, struct error *e)
{
	struct way w = {.rc = check_home(home, e), .e = e};
	const struct walk_guard guard = {home, check_folder, &w};
	struct target t;
	bool walked;

	if (w.rc != STATUS_OK)
		return w.rc;
	walked = walk_guarded(&t, path, &guard);
	if (w.rc == STATUS_OK && !(walked && w.found))
		w.rc = explain(&w, *t.path ? t.path : path, walked ? ENOENT : errno);
	target_free(&t);
	return w.rc;
}

void owner_report_way(const char *home, const char *path, owner_fault_fn *fault, void *arg)
{
	struct error e = {0};
	struct way w = {.rc = check_home(home, &e), .e = &e, .fault = fault, .arg = arg};
	const struct walk_guard guard = {home, check_folder, &w};
	struct target t;

	if (w.rc != STATUS_OK)
		fault(arg, &e);
	walk_guarded(&t, path, &guard);
	target_free(&t);
}

/* A symlink has no mode of its own. */
static bool is_roots(const struct stat *st)
{
	return st->st_uid == 0 && (S_ISLNK(st->st_mode) || !(st->st_mode & (S_IWGRP | S_IWOTH)));
}

static enum status check_one(const char *path, const struct stat *st, struct error *e)
{
	char word[400];

	if (is_roots(st))
		return STATUS_OK;
	return error_set(e, STATUS_CONFIG,
		"%s: others than root can change it (uid %ju, mode %04o); run: chown -h root %s && "
		"chmod go-w %s",
		path, (uintmax_t)st->st_uid, (unsigned)st->st_mode & 07777, quoted(path, word),
		word);
}

/* For struct walk_guard: checks the folder, and a symlink in it. */
static bool check_roots(void *arg, const struct target *t, const struct stat *entry)
{
	const char *path = *t->path ? t->path : "/";
	struct way *w = arg;
	struct stat st;

	w->found = entry != NULL;
	w->linked = w->linked || (entry && S_ISLNK(entry->st_mode));
	if (fstat(t->folder, &st) < 0) {
		w->rc = error_system(w->e, path);
		return false;
	}
	/* In a sticky folder, users cannot replace what is root's, but make what is missing. */
	if ((st.st_mode & S_ISVTX) && entry)
		st.st_mode &= ~(mode_t)(S_IWGRP | S_IWOTH);
	w->rc = check_one(path, &st, w->e);
	if (w->rc == STATUS_OK && entry && S_ISLNK(entry->st_mode) && !is_roots(entry))
		w->rc = error_set(w->e, STATUS_CONFIG,
			"%s: a symlink in it belongs to uid %ju; make it root's", path,
			(uintmax_t)entry->st_uid);
	return w->rc == STATUS_OK;
}

static enum status check_way(const char *path, bool may_be_gone, struct error *e)
{
	struct way w = {.rc = STATUS_OK, .e = e};
	const struct walk_guard guard = {"", check_roots, &w};
	struct target t;
	struct stat st;
	bool walked = walk_guarded(&t, path, &guard);
	int error = walked ? ENOENT : errno;

	if (w.rc == STATUS_OK && walked && w.found && lstat(t.path, &st) == 0)
		w.rc = check_one(t.path, &st, e);
	else if (w.rc == STATUS_OK && !(may_be_gone && error == ENOENT))
		w.rc = explain(&w, *t.path ? t.path : path, error);
	target_free(&t);
	return w.rc;
}

enum status owner_check_roots(const char *path, struct error *e)
{
	return check_way(path, false, e);
}

enum status owner_check_roots_certificate(const char *path, struct error *e)
{
	return check_way(path, true, e);
}
