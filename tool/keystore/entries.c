#include "entries.h"

#include "paths.h"
#include "root_folder.h"
#include "text/shell.h"

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
static enum status make_folder(const char *path, mode_t mode, struct error *e)
{
	bool good = mkdir(path, 0700) == 0 ? chmod(path, mode) == 0 : errno == EEXIST;

	return good ? STATUS_OK : error_system(e, path);
}

enum status entries_open(bool make, int *folder, struct error *e)
{
	char parent[] = AWS_MFA_KEYS_DIR;
	int fd;

	*folder = -1;
	*strrchr(parent, '/') = '\0';
	if (make &&
		(make_folder(parent, 0755, e) != STATUS_OK ||
			make_folder(AWS_MFA_KEYS_DIR, 0700, e) != STATUS_OK))
		return e->status;
	fd = root_folder_open(AWS_MFA_KEYS_DIR, S_IRWXG | S_IRWXO, e->text, sizeof(e->text));
	if (fd < 0 && errno == ENOENT && !make)
		return STATUS_OK;
	if (fd < 0)
		return e->status = STATUS_CONFIG;
	*folder = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*folder < 0)
		error_system(e, AWS_MFA_KEYS_DIR);
	close(fd);
	return *folder < 0 ? e->status : STATUS_OK;
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
	char path[ENTRIES_PATH_SIZE], word[SHELL_PROFILE_SIZE];
	enum status rc;
	int fd;

	*entry = (struct entry){0};
	entries_path(name, path);
	*st = (struct stat){0};
	(void)fstatat(folder, name, st, AT_SYMLINK_NOFOLLOW);
	fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || folder < 0))
		return error_set(e, STATUS_NOT_SET_UP,
			"%s has no entry; run: aws-mfa keystore add %s", name,
			shell_operand(name, word));
	if (fd < 0)
		return error_set(e, STATUS_CONFIG, "%s: %s", path,
			errno == ELOOP ? "is a symlink; expected a file" : strerror(errno));
	rc = fstat(fd, st) < 0 ? error_system(e, path) : entry_read(entry, fd, path, e);
	close(fd);
	if (rc == STATUS_OK)
		rc = entry_is_of(entry, name, entry->uid, path, e);
	return rc;
}
