#include "attributes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#define POSIX_ACL "system.posix_acl_access"

/* Reads one attribute; without one: NULL and *size 0. False and errno on failure. */
static bool get(int fd, const char *name, char **value, size_t *size)
{
	ssize_t n = fgetxattr(fd, name, NULL, 0);

	*value = NULL;
	*size = 0;
	if (n < 0)
		return errno == ENODATA || errno == EOPNOTSUPP || errno == ENOSYS;
	*value = malloc((size_t)n + 1);
	if (!*value)
		return false;
	n = fgetxattr(fd, name, *value, (size_t)n);
	if (n < 0) {
		free(*value);
		*value = NULL;
		return false;
	}
	*size = (size_t)n;
	return true;
}

/* Changes only what differs: many file systems show attributes that no user may set. */
static bool copy_one(int from, int to, const char *name)
{
	char *old = NULL, *new = NULL;
	size_t old_size, new_size = 0;
	bool good = get(from, name, &old, &old_size) && get(to, name, &new, &new_size);

	if (good && !old && new)
		good = fremovexattr(to, name) == 0;
	else if (good && old && (!new || old_size != new_size || memcmp(old, new, old_size) != 0))
		good = fsetxattr(to, name, old, old_size, 0) == 0;
	free(old);
	free(new);
	return good;
}

static bool starts_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

static bool copy_listed(int from, int to)
{
	ssize_t size = flistxattr(from, NULL, 0);
	bool good = true;
	char *names;

	if (size <= 0)
		return size == 0 || errno == EOPNOTSUPP || errno == ENOSYS;
	names = malloc((size_t)size);
	if (!names)
		return false;
	size = flistxattr(from, names, (size_t)size);
	if (size < 0)
		good = false;
	for (char *name = names; good && name < names + size; name += strlen(name) + 1) {
		/* Hashes of the old content. With them the new file would look tampered with. */
		if (strcmp(name, "security.ima") == 0 || strcmp(name, "security.evm") == 0)
			continue;
		good = copy_one(from, to, name) ||
			!(starts_with(name, "user.") || starts_with(name, "security.") ||
				starts_with(name, "system."));
	}
	free(names);
	return good;
}

bool attributes_copy(int from, const struct stat *st, int to)
{
	struct stat now;

	if (fstat(to, &now) < 0)
		return false;
	/* Set the owner first: a change of owner clears set-id bits. In a set-group-id folder the
	 * group can differ although the user owns both files. */
	if ((now.st_uid != st->st_uid || now.st_gid != st->st_gid) &&
		fchown(to, st->st_uid, st->st_gid) < 0)
		return false;
	/* The folder's default ACL may have given the new file an ACL. Mode 0600 disables that ACL;
	 * the old mode would enable it. So replace or remove the ACL before setting the mode. */
	if (!copy_one(from, to, POSIX_ACL) || !copy_listed(from, to))
		return false;
	if (fstat(to, &now) < 0)
		return false;
	if (now.st_mode != st->st_mode && fchmod(to, st->st_mode & 07777) < 0)
		return false;
	/* Some file systems report success and change nothing. */
	if (fstat(to, &now) < 0)
		return false;
	if (now.st_uid != st->st_uid || now.st_gid != st->st_gid || now.st_mode != st->st_mode) {
		errno = EPERM;
		return false;
	}
	return true;
}
