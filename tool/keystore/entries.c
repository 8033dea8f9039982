#include "entries.h"

#include "paths.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *entries_path(const char *name, char path[static ENTRIES_PATH_SIZE])
{
	snprintf(path, ENTRIES_PATH_SIZE, "%s/%s", AWS_MFA_KEYS_DIR, name);
	return path;
}

/* --- the folder --- */

/* Creates a folder. The umask must not close the folder of aws-mfa.conf to users. */
static void make_folder(const char *path, mode_t mode)
{
	if (mkdir(path, 0700) == 0)
		(void)chmod(path, mode);
}

static enum status check_folder(int fd, const char *path, bool last, struct error *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return error_system(e, path);
	if (st.st_uid != 0)
		return error_set(e, STATUS_CONFIG, "%s: belongs to uid %lu; run: chown root %s",
			path, (unsigned long)st.st_uid, path);
	if (st.st_mode & (last ? 077 : 022))
		return error_set(e, STATUS_CONFIG, "%s: has mode %04o; run: chmod %s %s", path,
			st.st_mode & 07777, last ? "700" : "go-w", path);
	return STATUS_OK;
}

/* Opens name, the end of path, below fd, and closes fd. -1 on failure. */
static int step(int fd, const char *name, const char *path, bool last, struct error *e)
{
	int flags = O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | (last ? O_RDONLY : O_PATH);
	int next = openat(fd, name, flags);

	if (next < 0)
		error_set(e, errno == ENOENT ? STATUS_NOT_SET_UP : STATUS_CONFIG,
			errno == ENOTDIR ? "%s: is no folder (a symlink is none)" : "%s: %s", path,
			strerror(errno));
	close(fd);
	if (next >= 0 && check_folder(next, path, last, e) != STATUS_OK) {
		close(next);
		next = -1;
	}
	return next;
}

enum status entries_open(bool make, int *folder, struct error *e)
{
	char path[] = AWS_MFA_KEYS_DIR, *end = path;
	int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	*folder = -1;
	if (make) {
		*strrchr(path, '/') = '\0';
		make_folder(path, 0755);
		make_folder(AWS_MFA_KEYS_DIR, 0700);
		path[strlen(path)] = '/';
	}
	if (fd < 0)
		return error_system(e, "/");
	if (check_folder(fd, "/", false, e) != STATUS_OK) {
		close(fd);
		return e->status;
	}
	while (fd >= 0 && *end) {
		char *name = end + 1, after;
		bool last;

		end = name + strcspn(name, "/");
		last = !*end;
		after = *end;
		*end = '\0';
		fd = step(fd, name, path, last, e);
		*end = after;
	}
	*folder = fd;
	return fd < 0 ? e->status : STATUS_OK;
}

/* --- the names --- */

static bool add(struct entry_names *names, const char *name)
{
	char *copy = strdup(name);
	char **grown = realloc(names->name, (names->n + 1) * sizeof(*grown));

	if (grown)
		names->name = grown;
	if (!grown || !copy) {
		free(copy);
		return false;
	}
	grown[names->n++] = copy;
	return true;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

enum status entries_names(int folder, struct entry_names *names, struct error *e)
{
	int fd = folder < 0 ? -1 : openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	enum status rc = STATUS_OK;
	const struct dirent *d;

	*names = (struct entry_names){0};
	if (folder < 0)
		return STATUS_OK;
	if (!dir) {
		rc = error_system(e, AWS_MFA_KEYS_DIR);
		if (fd >= 0)
			close(fd);
		return rc;
	}
	while (rc == STATUS_OK && (errno = 0, d = readdir(dir)))
		if (d->d_name[0] == '-')
			names->left++;
		else if (!entry_name_check(d->d_name) && !add(names, d->d_name))
			rc = STATUS_SYSTEM;
	if (rc == STATUS_SYSTEM || errno != 0)
		rc = error_system(e, AWS_MFA_KEYS_DIR);
	closedir(dir);
	if (names->n > 1)
		qsort(names->name, names->n, sizeof(*names->name), compare);
	return rc;
}

void entries_free_names(struct entry_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->name[i]);
	free(names->name);
	*names = (struct entry_names){0};
}

/* --- one entry --- */

enum status entries_read(
	int folder, const char *name, struct entry *entry, struct stat *st, struct error *e)
{
	char path[ENTRIES_PATH_SIZE];
	enum status rc;
	int fd;

	*entry = (struct entry){0};
	entries_path(name, path);
	*st = (struct stat){0};
	(void)fstatat(folder, name, st, AT_SYMLINK_NOFOLLOW);
	fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return error_set(e, STATUS_NOT_SET_UP,
			"%s has no entry; run: aws-mfa keystore add %s", name, name);
	if (fd < 0)
		return error_set(e, STATUS_CONFIG, "%s: %s", path,
			errno == ELOOP ? "is a symlink; expected a file" : strerror(errno));
	rc = fstat(fd, st) < 0 ? error_system(e, path) : entry_read(entry, fd, path, e);
	close(fd);
	if (rc == STATUS_OK)
		rc = entry_is_of(entry, name, entry->uid, path, e);
	return rc;
}
