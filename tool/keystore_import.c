/*
 * aws-mfa keystore import: moves the long-term keys of a user out of the home. The entry is safe on
 * disk before the user's file loses the keys. So the keys are never lost, whenever the run is
 * interrupted.
 */
#include "as_user.h"
#include "credentials/store.h"
#include "keystore_addition.h"
#include "monotonic.h"
#include "prompt.h"
#include "settings/value.h"
#include "setup/found.h"
#include "text/color.h"
#include "text/equal.h"
#include "timeout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH, SECTION, ID, SECRET, DEVICE }; /* the fields of the answer */

struct keys_wanted {
	const char *profile;     /* NULL: default */
	const char *id, *secret; /* the keys to remove */
};

/* --- as the user --- */

static enum status load(const struct keys_wanted *w, struct settings *s, struct error *e)
{
	const char *options[N_SETTINGS] = {NULL};

	options[SETTING_PROFILE] = w->profile ? w->profile : "default";
	return settings_load_without_keys(s, options, MODE_BY_HAND, e);
}

static enum status answer(
	const struct settings *s, const struct found *f, struct secret *out, struct error *e)
{
	const char *device = s->value[SETTING_DEVICE];

	return as_user_put(out, s->value[SETTING_CREDENTIALS_FILE]) &&
			as_user_put(out, s->long_term) && as_user_put(out, f->id.data) &&
			as_user_put(out, f->secret.data) && (!device || as_user_put(out, device))
		? STATUS_OK
		: error_set(e, STATUS_CONFIG, "%s: the values of [%s] are too long",
			  s->value[SETTING_CREDENTIALS_FILE], s->long_term);
}

/* Is the secret on another line than own? NULL: than none. */
static enum status check_lines(const struct settings *s, const struct ini *ini,
	const struct ini_line *own, const char *secret, struct error *e)
{
	for (size_t i = 0; i < ini->n_lines; i++) {
		const struct ini_line *l = &ini->lines[i];

		if (l != own &&
			memmem(ini->bytes.data + l->start, l->end - l->start, secret,
				strlen(secret)))
			return error_set(e, STATUS_CONFIG,
				"%s:%zu: the secret is in this line, and would stay in the home; "
				"have it only in [%s] of %s, and run the same command again",
				ini->path, i + 1, s->long_term, s->value[SETTING_CREDENTIALS_FILE]);
	}
	return STATUS_OK;
}

/* Only the section's own line is removed. So the secret must be nowhere else, as in [DEFAULT]. */
static enum status check_places(const struct settings *s, const char *secret, struct error *e)
{
	static const char key[] = "aws_secret_access_key";
	const struct ini *ini = &s->credentials;
	const struct ini_line *header = ini_section(ini, s->long_term, strlen(s->long_term));
	const struct ini_line *own = ini_key(ini, header, key, strlen(key));
	enum status rc;

	if (ini->lines[own->section - 1].section != header->section)
		own = NULL;
	rc = check_lines(s, ini, own, secret, e);
	return rc == STATUS_OK ? check_lines(s, &s->config, NULL, secret, e) : rc;
}

static as_user_work find_keys;
static enum status find_keys(const void *arg, struct secret *out, struct error *e)
{
	struct settings s;
	struct found f = {0};
	enum status rc = load(arg, &s, e);

	if (rc == STATUS_OK)
		found_in(&s, s.long_term, &f);
	if (rc == STATUS_OK && !f.section)
		rc = error_set(e, STATUS_NOT_SET_UP,
			"%s: there are no long-term keys in [%s]; --profile names another profile",
			s.value[SETTING_CREDENTIALS_FILE], s.long_term);
	if (rc == STATUS_OK)
		rc = store_check_single(&s.credentials, s.long_term, "aws_access_key_id", e);
	if (rc == STATUS_OK)
		rc = store_check_single(&s.credentials, s.long_term, "aws_secret_access_key", e);
	if (rc == STATUS_OK)
		rc = check_places(&s, f.secret.data, e);
	if (rc == STATUS_OK)
		rc = store_check(s.value[SETTING_CREDENTIALS_FILE], false, e);
	if (rc == STATUS_OK)
		rc = answer(&s, &f, out, e);
	found_free(&f);
	settings_free(&s);
	return rc;
}

static as_user_work remove_keys;
static enum status remove_keys(const void *arg, struct secret *out, struct error *e)
{
	static const struct ini_pair removed[] = {{"aws_access_key_id", NULL},
		{"aws_secret_access_key", NULL}, {"aws_mfa_device", NULL}};
	const struct keys_wanted *w = arg;
	const struct ini_pair expected[] = {
		{"aws_access_key_id", w->id}, {"aws_secret_access_key", w->secret}};
	struct settings s;
	enum status rc = load(w, &s, e);

	(void)out;
	if (rc == STATUS_OK) {
		const struct store_edit edit = {s.long_term, removed, 3, false};
		const struct store_place to = {.path = s.value[SETTING_CREDENTIALS_FILE],
			.section = s.long_term,
			.expected = expected,
			.n_expected = 2};

		rc = store_edits(
			&to, &edit, 1, monotonic_ms() + TIMEOUT_DEFAULT * INT64_C(1000), e);
	}
	settings_free(&s);
	return rc;
}

/* --- as root --- */

/* What the user's process says is not trusted, and not quoted. */
static enum status take_keys(
	struct addition *a, const struct as_user_answer *found, struct error *e)
{
	const char *const *field = found->field;
	const char *expected = "no keys";

	if (field[SECRET])
		expected = entry_check("aws_access_key_id", field[ID]);
	if (field[SECRET] && !expected)
		expected = entry_check("aws_secret_access_key", field[SECRET]);
	if (expected)
		return error_set(
			e, STATUS_CONFIG, "the keys in the home of %s: %s", a->user, expected);
	a->keys.only_these = true;
	return secret_copy(&a->keys.id, field[ID], strlen(field[ID])) &&
			secret_copy(&a->keys.secret, field[SECRET], strlen(field[SECRET]))
		? STATUS_OK
		: error_system(e, "keystore");
}

/* The device that the user's file names, if it is one and no option names another. */
static enum status take_device(struct addition *a, const char *device, struct error *e)
{
	if (!device || a->settings.value[SETTING_DEVICE] || entry_check("aws_mfa_device", device))
		return STATUS_OK;
	return settings_take(&a->settings, SETTING_DEVICE, settings_format("%s", device),
		settings_format("aws_mfa_device in the file of %s", a->user), ORIGIN_OPTION, e);
}

static bool stands_in_entry(const struct addition *a)
{
	return a->before.access_key_id && strcmp(a->before.access_key_id, a->keys.id.data) == 0 &&
		secret_equal(&a->before.secret_access_key, &a->keys.secret);
}

/*
 * Does the entry hold these keys, and all that the options say? Threat: a run that names only a
 * duration drops the role and the policy of the entry, and the session has all rights.
 */
static bool is_as_the_entry(const struct addition *a)
{
	const char *const *option = a->k->line->option;
	const struct entry *before = &a->before;
	long seconds = 0;

	if (option[KEYSTORE_DURATION])
		value_duration(option[KEYSTORE_DURATION], &seconds);
	return stands_in_entry(a) && seconds == before->duration &&
		(!option[KEYSTORE_DEVICE] || same_text(option[KEYSTORE_DEVICE], before->device)) &&
		same_text(option[KEYSTORE_PROFILE], before->profile) &&
		same_text(option[KEYSTORE_ROLE_ARN], before->role_arn) &&
		same_text(option[KEYSTORE_EXTERNAL_ID], before->external_id) &&
		same_text(a->policy.data, before->session_policy) && !before->role_session_name &&
		!before->source_identity;
}

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

/* The entry has the keys already. It must still have them when the home loses them. */
static enum status go_on(struct addition *a, struct error *e)
{
	char path[ENTRIES_PATH_SIZE];
	enum status rc = entry_is_of(&a->before, a->user, a->uid, entries_path(a->user, path), e);

	if (rc == STATUS_OK && !same_text(a->k->line->option[KEYSTORE_PROFILE], a->before.profile))
		ask_tell_marked(&a->asker, COLOR_BOLD, "note   ", "",
			"%s has these keys already and stays as it is, with its own profile", path);
	if (rc == STATUS_OK)
		rc = confirm(a, e);
	return rc == STATUS_OK ? entries_unchanged(a->folder, a->user, &a->old, e) : rc;
}

/*
 * Threat: who has run programs as the user has put keys of their own there. AWS says who they
 * belong to before the administrator is asked.
 */
static enum status make_entry(struct addition *a, struct error *e)
{
	enum status rc = STATUS_OK;

	/* An earlier run was interrupted here. */
	if (stands_in_entry(a) && !has_options_of_entry(a->k) &&
		!a->k->line->option[KEYSTORE_FORCE])
		return go_on(a, e);
	if (!is_as_the_entry(a))
		rc = addition_may_replace(a, e);
	if (rc == STATUS_OK)
		rc = addition_prove(a, e);
	if (rc == STATUS_OK)
		rc = confirm(a, e);
	return rc == STATUS_OK ? addition_write(a, "import", e) : rc;
}

static enum status clear_home(struct addition *a, const struct keys_wanted *w,
	const struct as_user_answer *found, struct error *e)
{
	struct as_user_answer nothing;
	char why[sizeof(e->text)];
	enum status rc = as_user(a->user, remove_keys, w, &nothing, e);

	secret_free(&nothing.bytes);
	if (rc != STATUS_OK) {
		memcpy(why, e->text, sizeof(why));
		return error_set(e, rc,
			"the entry is written, but the keys were not removed from the home (%.800s); "
			"run the same command again, if they are still there",
			why);
	}
	ask_tell_marked(&a->asker, COLOR_GREEN, "ok     ", "",
		"[%.256s] of %.500s has no keys any more", found->field[SECTION],
		found->field[PATH]);
	return STATUS_OK;
}

enum status keystore_import(const struct keystore *k, struct error *e)
{
	struct keys_wanted w = {.profile = k->line->option[KEYSTORE_PROFILE]};
	struct as_user_answer found = {.field = {NULL}};
	struct addition a;
	enum status rc = addition_begin(&a, k, e);

	/* Threat: the user's process has a copy of this one's memory. So the old entry comes after.
	 */
	if (rc == STATUS_OK)
		rc = as_user(a.user, find_keys, &w, &found, e);
	if (rc == STATUS_OK)
		rc = addition_look_at_old(&a, e);
	if (rc == STATUS_OK)
		rc = take_keys(&a, &found, e);
	if (rc == STATUS_OK)
		rc = take_device(&a, found.field[DEVICE], e);
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
