/*
 * What the section of the long-term keys says about a rotation. Beside the key in use,
 *
 *	aws_access_key_id and aws_secret_access_key
 *
 * a key can be new: AWS has created it, and it is not proved yet; or old: it was in use before.
 *
 *	aws_mfa_new_access_key_id and aws_mfa_new_secret_access_key
 *	aws_mfa_old_access_key_id and aws_mfa_old_secret_access_key
 *	aws_mfa_rotate_started: a key is about to be created, and since when
 *
 * AWS shows a secret only once. So a new secret is stored before anything else happens. An old one
 * stays until its key is deleted, because `rotate --undo` needs it.
 *
 * They are in the same section as the key in use, so that every step is one write of the file. A
 * section of their own would be a profile: SDKs and `aws configure list-profiles` would offer a
 * key that is not to be used. SDKs ignore a key with an unknown name.
 */
#ifndef AWS_MFA_ROTATION_H
#define AWS_MFA_ROTATION_H

#include "error.h"
#include "ini/ini.h"
#include "text/secret.h"

#include <stdbool.h>
#include <time.h>

struct rotation_key {
	char *id; /* NULL: there is no such key */
	struct secret secret;
};

enum rotation_role { KEY_IN_USE, KEY_NEW, KEY_OLD, N_KEYS };

struct rotation {
	const char *path, *section; /* belong to the caller */
	struct rotation_key key[N_KEYS];
	time_t started; /* 0: not started, or the key is stored */
	bool changed;   /* the file has been written since rotation_read() */
};

/* Does the section have a line of a rotation: another key than the one in use, or the time? */
bool rotation_stands(const struct ini *credentials, const char *section);

/*
 * Reads the section. STATUS_CONFIG: a key without its secret, what cannot be one, or a key that
 * stands twice. Call rotation_free() afterwards, also after a failure.
 */
enum status rotation_read(
	struct rotation *r, const struct ini *credentials, const char *section, struct error *e);
void rotation_free(struct rotation *r);

/*
 * Each of these is one write of the file. STATUS_NOT_STORED: the file could not be written, or
 * another program has changed one of these keys. *r and the file are then as before.
 */

/* Notes that a key is about to be created. now: AWS's time. */
enum status rotation_start(struct rotation *r, time_t now, struct error *e);

/* Stores the new key, and takes it over from the caller if that succeeds. */
enum status rotation_keep(struct rotation *r, struct rotation_key *key, struct error *e);

/* The new key is used from now on. The key in use becomes the old one. */
enum status rotation_switch(struct rotation *r, struct error *e);

/* The old key is used again. The key in use becomes the new one. */
enum status rotation_switch_back(struct rotation *r, struct error *e);

/* Forgets the new or the old key, and that a rotation was started. */
enum status rotation_forget(struct rotation *r, enum rotation_role role, struct error *e);

#endif
