/*
 * aws-mfa keystore import: moves the long-term keys of a user out of the home. The entry is safe on
 * disk before the user's file loses the keys. So the keys are never lost, whenever the run is
 * interrupted.
 */
#include "keystore_addition.h"
#include "keystore_home.h"
#include "prompt.h"
#include "settings/value.h"
#include "text/color.h"
#include "text/equal.h"

#include <stdio.h>
#include <string.h>

/* Do not trust what the user's process says. Check the keys, and do not print the secret. */
static enum status take_keys(
	struct addition *a, const struct as_user_answer *found, struct error *e)
{
	const char *const *field = found->field;
	const char *expected = "no keys";

	if (field[HOME_SECRET])
		expected = entry_check("aws_access_key_id", field[HOME_ID]);
	if (field[HOME_SECRET] && !expected)
		expected = entry_check("aws_secret_access_key", field[HOME_SECRET]);
	if (expected)
		return error_set(
			e, STATUS_CONFIG, "the keys in the home of %s: %s", a->user, expected);
	a->keys.only_these = true;
	return secret_copy(&a->keys.id, field[HOME_ID], strlen(field[HOME_ID])) &&
			secret_copy(&a->keys.secret, field[HOME_SECRET], strlen(field[HOME_SECRET]))
		? STATUS_OK
		: error_system(e, "keystore");
}

static bool entry_has_these_keys(const struct addition *a)
{
	return a->before.access_key_id && strcmp(a->before.access_key_id, a->keys.id.data) == 0 &&
		secret_equal(&a->before.secret_access_key, &a->keys.secret);
}

/*
 * Without --device: takes the device of the entry if the entry has these keys. Else takes the one
 * in the user's file, if that is a valid ARN. Threat: the user names a device of theirs, and the
 * entry of these keys gets it.
 */
static enum status take_device(struct addition *a, const char *device, struct error *e)
{
	bool known = entry_has_these_keys(a);

	if (known)
		device = a->before.device;
	if (!device || a->settings.value[SETTING_DEVICE] || entry_check("aws_mfa_device", device))
		return STATUS_OK;
	return settings_take(&a->settings, SETTING_DEVICE, settings_format("%s", device),
		settings_format(
			"aws_mfa_device in the %s of %s", known ? "entry" : "file", a->user),
		ORIGIN_OPTION, e);
}

/*
 * Does the entry hold these keys, and all that the options say? Threat: a run that names only a
 * duration drops the role and the policy of the entry, and the session has all rights.
 */
static bool entry_would_not_change(const struct addition *a)
{
	const char *const *option = a->k->line->option;
	const struct entry *before = &a->before;
	long seconds = 0;

	if (option[KEYSTORE_DURATION])
		value_duration(option[KEYSTORE_DURATION], &seconds);
	return entry_has_these_keys(a) && before->uid == a->uid && seconds == before->duration &&
		(!option[KEYSTORE_DEVICE] || same_text(option[KEYSTORE_DEVICE], before->device)) &&
		same_text(option[KEYSTORE_PROFILE], before->profile) &&
		same_text(option[KEYSTORE_ROLE_ARN], before->role_arn) &&
		same_text(option[KEYSTORE_EXTERNAL_ID], before->external_id) &&
		same_text(a->policy.data, before->session_policy) && !before->role_session_name &&
		!before->source_identity;
}

/* --profile also says which section of the home has the keys. Alone it is no wish for a change. */
static bool has_options_of_entry(const struct keystore *k)
{
	for (size_t id = KEYSTORE_DEVICE; id <= KEYSTORE_SESSION_POLICY; id++)
		if (k->line->option[id])
			return true;
	return false;
}

/* If there is to be a question: needs a terminal before AWS is asked. */
static enum status open_terminal(struct addition *a, struct error *e)
{
	if (a->k->line->option[KEYSTORE_YES])
		return STATUS_OK;
	a->asker.tty = prompt_open();
	return a->asker.tty >= 0
		? STATUS_OK
		: error_set(e, STATUS_USAGE,
			  "there is no terminal to ask on; to move the keys of %s add --yes",
			  a->user);
}

static enum status confirm(struct addition *a, struct error *e)
{
	char question[400];

	if (a->k->line->option[KEYSTORE_YES])
		return STATUS_OK;
	snprintf(question, sizeof(question), "Move key %.128s out of the home of %.200s?",
		a->keys.id.data, a->user);
	return keystore_confirm(&a->asker, question, true, e);
}

/* The entry has the keys already. It must still have them when the home loses them: the lock is
 * held until then. */
static enum status keep_entry(struct addition *a, struct error *e)
{
	char path[ENTRIES_PATH_SIZE];
	enum status rc = entry_is_of(&a->before, a->user, a->uid, entries_path(a->user, path), e);

	if (rc == STATUS_OK && !same_text(a->k->line->option[KEYSTORE_PROFILE], a->before.profile))
		ask_tell_marked(&a->asker, COLOR_BOLD, "note   ", "",
			"%s has these keys already and stays as it is, with its own profile", path);
	if (rc == STATUS_OK)
		rc = confirm(a, e);
	if (rc == STATUS_OK)
		rc = entries_lock(a->folder, e);
	return rc == STATUS_OK ? entries_keep(a->folder, a->user, &a->old, e) : rc;
}

/*
 * Threat: somebody who could run programs as the user has put their own keys there. So AWS
 * names the owner of the keys before the administrator is asked.
 */
static enum status make_entry(struct addition *a, struct error *e)
{
	enum status rc = STATUS_OK;

	/* An earlier run was interrupted here. */
	if (entry_has_these_keys(a) && !has_options_of_entry(a->k) &&
		!a->k->line->option[KEYSTORE_FORCE])
		return keep_entry(a, e);
	if (!entry_would_not_change(a))
		rc = addition_may_replace(a, e);
	if (rc == STATUS_OK)
		rc = addition_prove(a, e);
	if (rc == STATUS_OK)
		rc = confirm(a, e);
	return rc == STATUS_OK ? addition_write(a, "import", e) : rc;
}

static enum status clear_home(struct addition *a, const struct home_keys *w,
	const struct as_user_answer *found, struct error *e)
{
	struct as_user_answer nothing;
	char why[sizeof(e->text)];
	enum status rc = as_user(a->user, home_remove_keys, w, &nothing, e);

	secret_free(&nothing.bytes);
	if (rc != STATUS_OK) {
		memcpy(why, e->text, sizeof(why));
		return error_set(e, STATUS_NOT_STORED,
			"the entry has the keys, but the home may still have them, too (%.800s); run "
			"the same command again",
			why);
	}
	ask_tell_marked(&a->asker, COLOR_GREEN, "ok     ", "",
		"[%.256s] of %.500s has no keys any more", found->field[HOME_SECTION],
		found->field[HOME_PATH]);
	return STATUS_OK;
}

enum status keystore_import(const struct keystore *k, struct error *e)
{
	struct home_keys w = {.profile = k->line->option[KEYSTORE_PROFILE]};
	struct as_user_answer found = {.field = {NULL}};
	struct addition a;
	enum status rc = addition_begin(&a, k, e);

	/* Threat: the user's process has a copy of this one's memory. So the old entry comes after.
	 */
	if (rc == STATUS_OK)
		rc = as_user(a.user, home_find_keys, &w, &found, e);
	if (rc == STATUS_OK)
		rc = addition_look_at_old(&a, e);
	if (rc == STATUS_OK)
		rc = take_keys(&a, &found, e);
	if (rc == STATUS_OK)
		rc = take_device(&a, found.field[HOME_DEVICE], e);
	if (rc == STATUS_OK)
		rc = open_terminal(&a, e);
	if (rc == STATUS_OK)
		rc = make_entry(&a, e);
	if (rc == STATUS_OK) {
		w.id = a.keys.id.data;
		w.secret = a.keys.secret.data;
		entry_free(&a.before);
		rc = clear_home(&a, &w, &found, e);
	}
	secret_free(&found.bytes);
	addition_end(&a);
	return rc;
}
