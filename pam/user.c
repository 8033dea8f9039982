#include "user.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"

#define BUFFER_FIRST ((size_t)4 << 10)
#define BUFFER_LAST ((size_t)1 << 20)
#define GROUPS_FIRST 64
#define GROUPS_LAST 65536 /* the kernel's NGROUPS_MAX */

/*
 * Threat: the name goes into the helper's environment and the log. So it must not have control
 * characters, and must not look like a path or an option. Everything else that passwd can hold is
 * allowed: winbind's CORP\frank, blanks, UTF-8.
 */
static bool name_is_usable(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len <= USER_NAME_MAX && name[0] != '-' && !strchr(name, '/') &&
		!clean_has_control(name);
}

static bool find_groups(struct user *user)
{
	int room = GROUPS_FIRST;

	for (;;) {
		gid_t *groups = reallocarray(user->groups, (size_t)room, sizeof(*groups));
		int n = room;

		if (!groups)
			return false;
		user->groups = groups;
		if (getgrouplist(user->name, user->gid, groups, &n) >= 0) {
			user->n_groups = n;
			return true;
		}
		/* Some C libraries do not report the number needed. */
		room = n > room ? n : room * 2;
		if (room > GROUPS_LAST) {
			errno = ERANGE;
			return false;
		}
	}
}

/* getpwnam_r() with a buffer that is large enough. The caller frees *buf. */
static int look_up(const char *login, struct passwd *entry, char **buf, struct passwd **found)
{
	int rc = ERANGE;

	*buf = NULL;
	*found = NULL;
	for (size_t room = BUFFER_FIRST; rc == ERANGE && room <= BUFFER_LAST; room *= 4) {
		free(*buf);
		*buf = malloc(room);
		if (!*buf)
			return ENOMEM;
		do
			rc = getpwnam_r(login, entry, *buf, room, found);
		while (rc == EINTR);
	}
	return rc;
}

bool user_uid(const char *login, uid_t *uid)
{
	struct passwd entry, *found;
	char *buf;

	if (look_up(login, &entry, &buf, &found) == 0 && found)
		*uid = entry.pw_uid;
	free(buf);
	return found != NULL;
}

enum user_result user_find(struct user *user, const char *login, char *error, size_t size)
{
	struct passwd entry, *found;
	int rc;

	*user = (struct user){0};
	rc = look_up(login, &entry, &user->buf, &found);
	if (!found && (rc == 0 || rc == ENOENT || rc == ESRCH)) {
		snprintf(error, size, "no such account");
		return USER_UNKNOWN;
	}
	if (rc != 0) {
		errno = rc;
		snprintf(error, size, "cannot read the passwd database: %m");
		return USER_FAILED;
	}
	user->uid = entry.pw_uid;
	user->gid = entry.pw_gid;
	user->name = entry.pw_name;
	if (!name_is_usable(entry.pw_name)) {
		snprintf(error, size,
			"the account's name cannot be used: it is empty or longer than %d bytes, "
			"begins with '-', or holds '/' or a control character",
			USER_NAME_MAX);
		return USER_BAD_NAME;
	}
	if (!entry.pw_dir || entry.pw_dir[0] != '/' || strlen(entry.pw_dir) >= PATH_MAX) {
		snprintf(error, size, "the account's home is not an absolute path");
		return USER_BAD_HOME;
	}
	user->home = entry.pw_dir;
	if (!find_groups(user)) {
		snprintf(error, size, "cannot read the group database: %m");
		return USER_FAILED;
	}
	return USER_OK;
}

void user_free(struct user *user)
{
	free(user->groups);
	free(user->buf);
	*user = (struct user){0};
}
