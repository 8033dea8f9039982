/*
 * The states of a rotation. A run finds its state and goes on from there:
 *
 * 1. There is only the key in use. Note the time in the file; CreateAccessKey; store the key: 3.
 * 2. The time is noted, and AWS lists another key, created within a minute of it. The answer to
 *    CreateAccessKey was lost, or could not be stored. DeleteAccessKey: 1.
 * 3. A new key is stored. Prove it with GetCallerIdentity until AWS knows it, and switch the file:
 *    4. If AWS neither lists nor knows it, forget it: 1. With --undo: 7.
 * 4. An old key is stored, and active at AWS. UpdateAccessKey, Inactive: 5.
 * 5. An old key is stored, and inactive. The rotation is done, and there is no further one before
 *    --finish (DeleteAccessKey: 6) or --undo (UpdateAccessKey, Active; prove it; switch the file
 *    back: 7).
 * 6. An old key is stored that AWS does not list. Forget it: 1.
 * 7. A new key is stored, and it is to be dropped. DeleteAccessKey, and forget it: 1.
 *
 * In state 1, any other key at AWS is in the way: the user must say what becomes of it.
 */
#include "rotate.h"

#include "text/color.h"
#include "text/log.h"
#include "text/shell.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Seconds by AWS's clock between the note in the file and the key that was created then. */
#define CREATED_WITHIN 60
#define CLOCK_JITTER 2

__attribute__((format(printf, 1, 2))) static void tell_ok(const char *fmt, ...)
{
	bool color = color_wanted(STDOUT_FILENO);
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_clean(text);
	printf("%sok%s     %s\n", color ? COLOR_GREEN : "", color ? COLOR_END : "", text);
	fflush(stdout);
}

static void tell_next(const struct rotate *r)
{
	bool color = color_wanted(STDOUT_FILENO);
	const char *bold = color ? COLOR_BOLD : "", *end = color ? COLOR_END : "";

	printf("       %s%s --undo%s   |   %s%s --finish%s\n", bold, r->command, end, bold,
		r->command, end);
}

static const char *id(const struct rotate *r, enum rotation_role role)
{
	return r->rotation.key[role].id;
}

static time_t aws_time(const struct rotate *r)
{
	return sts_process_time(&r->caller.process);
}

static enum status forget(
	struct rotate *r, enum rotation_role role, const char *why, struct error *e)
{
	char text[160];
	enum status rc;

	snprintf(text, sizeof(text), "%s %s", id(r, role), why);
	rc = rotation_forget(&r->rotation, role, e);
	if (rc == STATUS_OK)
		tell_ok("%s", text);
	return rc;
}

/* Has an interrupted run created this key? Nobody has its secret then. */
static bool is_lost(const struct rotate *r, const struct call_key *key)
{
	time_t after = r->rotation.started;

	return after && key->created >= after - CLOCK_JITTER &&
		key->created <= after + CREATED_WITHIN;
}

/* Returns a key that the file does not name, or NULL. */
static const struct call_key *another_key(const struct rotate *r, bool lost)
{
	for (size_t i = 0; i < r->n_keys; i++) {
		const struct call_key *key = &r->keys[i];
		bool named = false;

		for (enum rotation_role role = 0; role < N_KEYS; role++)
			named = named || (id(r, role) && strcmp(id(r, role), key->id) == 0);
		if (!named && (!lost || is_lost(r, key)))
			return key;
	}
	return NULL;
}

static enum status delete_lost(struct rotate *r, struct error *e)
{
	const struct call_key *lost = another_key(r, true);
	char key_id[sizeof(lost->id)];
	enum status rc;

	if (!lost)
		return STATUS_OK;
	snprintf(key_id, sizeof(key_id), "%s", lost->id);
	rc = rotate_call(r, DELETE_KEY, key_id, e);
	if (rc != STATUS_OK)
		return rc;
	tell_ok("%s deleted: an interrupted run has created it and lost its secret", key_id);
	return rotate_call(r, LIST_KEYS, NULL, e);
}

static enum status in_the_way(const struct rotate *r, const struct call_key *key, struct error *e)
{
	const char *user = r->caller.user, *profile = r->settings->value[SETTING_PROFILE];
	long minutes = (long)(aws_time(r) - key->created) / 60;
	char age[64], named[SHELL_PROFILE_SIZE], key_word[256], user_word[256];

	/* Threat: the names come from the server, and the user runs this command. */
	if (!shell_quote(key->id, strlen(key->id), key_word, sizeof(key_word)) ||
		!shell_quote(user, strlen(user), user_word, sizeof(user_word))) {
		snprintf(key_word, sizeof(key_word), "ID");
		snprintf(user_word, sizeof(user_word), "NAME");
	}
	if (minutes >= 2L * 24 * 60)
		snprintf(age, sizeof(age), "%ld days", minutes / (24L * 60));
	else
		snprintf(age, sizeof(age), "%ld h %ld min", minutes / 60, minutes % 60);
	return error_set(e, STATUS_CONFIG,
		"AWS gives a user two keys at most, and beside %s there is %s already (%s, created "
		"%s ago, not in this file); %s delete it: "
		"aws %s iam delete-access-key%s%s --access-key-id %s (or in the IAM console: "
		"Security credentials of %s)",
		id(r, KEY_IN_USE), key->id, key->active ? "active" : "inactive", age,
		key->active ? "if nothing uses it," : "nothing can use it:",
		shell_profile(profile, named), *user ? " --user-name " : "", *user ? user_word : "",
		key_word, *user ? user : "the root user");
}

/* State 1, or 2. Afterwards a new key is stored. */
static enum status make_new_key(struct rotate *r, struct error *e)
{
	struct rotation_key key = {0};
	const struct call_key *other;
	struct error ignored;
	char key_id[160];
	enum status rc = delete_lost(r, e);

	if (rc != STATUS_OK)
		return rc;
	other = another_key(r, false);
	if (other)
		return in_the_way(r, other, e);
	rc = rotation_start(&r->rotation, aws_time(r), e);
	if (rc != STATUS_OK)
		return rc;
	rc = rotate_create(r, &key, e);
	if (rc == STATUS_CONFIG || rc == STATUS_UNAVAILABLE) /* no key was created */
		rotation_forget(&r->rotation, KEY_NEW, &ignored);
	if (rc != STATUS_OK)
		return rc;
	snprintf(key_id, sizeof(key_id), "%s", key.id);
	rc = rotation_keep(&r->rotation, &key, e);
	if (rc == STATUS_OK) {
		tell_ok("created %s", key_id);
		return rc;
	}
	free(key.id);
	secret_free(&key.secret);
	if (rotate_call(r, DELETE_KEY, key_id, &ignored) == STATUS_OK)
		tell_ok("%s deleted: it could not be stored", key_id);
	else
		log_warning("%s could not be stored, and not be deleted either; the next run "
			    "deletes it",
			key_id);
	return rc;
}

/* State 3, of an earlier run. Afterwards the key is proved or forgotten. */
static enum status take_up_new_key(struct rotate *r, struct error *e)
{
	const struct call_key *listed = rotate_listed(r, id(r, KEY_NEW));
	enum status rc = STATUS_OK;
	bool unknown = false;

	log_info("going on with %s, which an earlier run has created", id(r, KEY_NEW));
	if (listed && !listed->active)
		rc = rotate_call(r, ACTIVATE_KEY, listed->id, e);
	if (rc == STATUS_OK)
		rc = rotate_prove(r, &r->rotation.key[KEY_NEW], listed ? PATIENCE : 1, &unknown, e);
	if (rc == STATUS_OK)
		tell_ok("AWS accepts it");
	else if (!listed && unknown)
		rc = forget(r, KEY_NEW, "does not exist any more", e);
	return rc;
}

/* State 4. */
static enum status retire_old_key(struct rotate *r, struct error *e)
{
	enum status rc = rotate_call(r, DEACTIVATE_KEY, id(r, KEY_OLD), e);

	if (rc == STATUS_CONFIG && rotate_says(r, "NoSuchEntity"))
		return forget(r, KEY_OLD, "does not exist any more", e);
	if (rc != STATUS_OK)
		return rc;
	tell_ok("%s deactivated, not yet deleted.  Undo or finish:", id(r, KEY_OLD));
	tell_next(r);
	return rc;
}

static enum status rotate(struct rotate *r, struct error *e)
{
	const struct call_key *old = id(r, KEY_OLD) ? rotate_listed(r, id(r, KEY_OLD)) : NULL;
	enum status rc = STATUS_OK;
	bool unknown;

	if (old && old->active)
		return retire_old_key(r, e);
	if (old)
		return error_set(e, STATUS_CONFIG,
			"%s is deactivated since the last rotation, and AWS gives a user two keys at "
			"most; first delete it (%s --finish) or go back to it (%s --undo)",
			old->id, r->command, r->command);
	if (id(r, KEY_OLD))
		rc = forget(r, KEY_OLD, "does not exist any more", e);
	if (rc == STATUS_OK && id(r, KEY_NEW))
		rc = take_up_new_key(r, e);
	if (rc == STATUS_OK && !id(r, KEY_NEW)) {
		rc = make_new_key(r, e);
		if (rc == STATUS_OK)
			rc = rotate_prove(r, &r->rotation.key[KEY_NEW], PATIENCE, &unknown, e);
		if (rc == STATUS_OK)
			tell_ok("AWS accepts it");
	}
	if (rc == STATUS_OK)
		rc = rotation_switch(&r->rotation, e);
	if (rc != STATUS_OK)
		return rc;
	tell_ok("[%s] switched to it", r->rotation.section);
	return retire_old_key(r, e);
}

enum status rotate_check(const struct rotate *r, enum rotate_way way, struct error *e)
{
	const char *section = r->rotation.section;

	if (way == ROTATE)
		return STATUS_OK;
	if (way == ROTATE_FINISH && id(r, KEY_NEW))
		return error_set(e, STATUS_CONFIG,
			"[%s] does not use the new key %s yet; first go on: %s", section,
			id(r, KEY_NEW), r->command);
	if (id(r, KEY_OLD) || (way == ROTATE_UNDO && (id(r, KEY_NEW) || r->rotation.started)))
		return STATUS_OK;
	if (way == ROTATE_FINISH)
		return STATUS_VALID;
	return error_set(e, STATUS_CONFIG,
		"[%s] of %s holds no earlier key, so there is nothing to undo", section,
		r->rotation.path);
}

static enum status finish(struct rotate *r, struct error *e)
{
	const struct call_key *old = id(r, KEY_OLD) ? rotate_listed(r, id(r, KEY_OLD)) : NULL;
	enum status rc = rotate_check(r, ROTATE_FINISH, e);

	if (rc != STATUS_OK)
		return rc;
	if (old && old->active)
		return error_set(e, STATUS_CONFIG,
			"%s is still active, so something may use it; first deactivate it: %s",
			old->id, r->command);
	if (old)
		rc = rotate_call(r, DELETE_KEY, old->id, e);
	return rc == STATUS_OK ? forget(r, KEY_OLD, "deleted", e) : rc;
}

/* State 7. */
static enum status drop_new_key(struct rotate *r, struct error *e)
{
	enum status rc = rotate_call(r, DELETE_KEY, id(r, KEY_NEW), e);

	return rc == STATUS_OK ? forget(r, KEY_NEW, "deleted", e) : rc;
}

/* State 4 or 5. */
static enum status take_old_key(struct rotate *r, struct error *e)
{
	const struct call_key *old = rotate_listed(r, id(r, KEY_OLD));
	enum status rc = STATUS_OK;
	bool unknown;

	if (!old)
		return error_set(e, STATUS_CONFIG,
			"%s does not exist any more, so there is no way back to it; %s --finish "
			"removes it from the file",
			id(r, KEY_OLD), r->command);
	if (!old->active) {
		rc = rotate_call(r, ACTIVATE_KEY, old->id, e);
		if (rc == STATUS_OK)
			tell_ok("%s activated again", old->id);
	}
	if (rc == STATUS_OK)
		rc = rotate_prove(r, &r->rotation.key[KEY_OLD], PATIENCE, &unknown, e);
	if (rc != STATUS_OK)
		return rc;
	tell_ok("AWS accepts it");
	rc = rotation_switch_back(&r->rotation, e);
	if (rc == STATUS_OK)
		tell_ok("[%s] switched back to it", r->rotation.section);
	return rc;
}

static enum status undo(struct rotate *r, struct error *e)
{
	enum status rc = STATUS_OK;

	if (!id(r, KEY_NEW) && !id(r, KEY_OLD)) {
		rc = delete_lost(r, e);
		if (rc == STATUS_OK)
			rc = rotation_forget(&r->rotation, KEY_NEW, e);
		return rc;
	}
	if (!id(r, KEY_NEW))
		rc = take_old_key(r, e);
	return rc == STATUS_OK ? drop_new_key(r, e) : rc;
}

/* The user may have written the new or the old key over the key in use, by hand. */
static enum status forget_doubles(struct rotate *r, struct error *e)
{
	enum status rc = STATUS_OK;

	for (enum rotation_role role = KEY_NEW; rc == STATUS_OK && role < N_KEYS; role++)
		if (id(r, role) && strcmp(id(r, role), id(r, KEY_IN_USE)) == 0)
			rc = rotation_forget(&r->rotation, role, e);
	return rc;
}

enum status rotate_run(struct rotate *r, enum rotate_way way, struct error *e)
{
	enum status rc = rotate_start_calls(r, e);

	if (rc == STATUS_OK)
		rc = forget_doubles(r, e);
	if (rc == STATUS_OK)
		rc = rotate_call(r, LIST_KEYS, NULL, e);
	if (rc == STATUS_OK && way == ROTATE_FINISH)
		rc = finish(r, e);
	else if (rc == STATUS_OK)
		rc = way == ROTATE_UNDO ? undo(r, e) : rotate(r, e);
	call_end(&r->caller);
	if (rc == STATUS_UNAVAILABLE)
		e->status = rc = STATUS_CODE_SPENT;
	return rc;
}
