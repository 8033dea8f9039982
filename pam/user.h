/*
 * The account the code is asked for, as the passwd and group databases have it.
 */
#ifndef PAM_USER_H
#define PAM_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define USER_NAME_MAX 255

struct user {
	const char *name; /* pw_name, never what the client typed; NULL where there is no account */
	const char *home; /* absolute, shorter than PATH_MAX */
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	int n_groups;
	char *buf; /* what the strings above point into */
};

enum user_result {
	USER_OK,
	USER_UNKNOWN,  /* no such account */
	USER_BAD_NAME, /* uid, gid and name are known, and the name cannot be used */
	USER_BAD_HOME, /* the same, and the home is not an absolute path */
	USER_FAILED,   /* the database could not be asked, or no memory */
};

/*
 * Looks up a login name and fills *user. Every result but USER_OK puts one line into error[size].
 * Call user_free() in every case.
 */
enum user_result user_find(struct user *user, const char *login, char *error, size_t size);
void user_free(struct user *user);

/* Looks up the uid alone. Returns false if there is no such account, or if the look-up fails. */
bool user_uid(const char *login, uid_t *uid);

#endif
