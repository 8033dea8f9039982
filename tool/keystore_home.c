#include "keystore_home.h"

#include "credentials/rotation.h"
#include "credentials/store.h"
#include "file/lock.h"
#include "file/replace.h"
#include "file/target.h"
#include "keystore_copies.h"
#include "monotonic.h"
#include "settings/settings.h"
#include "setup/found.h"
#include "text/shell.h"
#include "timeout.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_MS 2000 /* a write takes milliseconds */

/*
 * Root reads the message. Threat: the user makes ~/.aws a symlink to a folder of somebody else, and
 * root runs the chown or chmod that the message advises.
 */
static void name_who_runs(struct error *e)
{
	static const char run[] = "; run: ";
	char text[sizeof(e->text)];
	char *at = strstr(e->text, run);

	if (!at)
		return;
	memcpy(text, e->text, sizeof(text));
	*at = '\0';
	error_set(e, e->status, "%.*s; as this user, not as root, run: %s", (int)(at - e->text),
		text, text + (at - e->text) + strlen(run));
}

static enum status load(const struct home_keys *w, struct settings *s, struct error *e)
{
	const char *options[N_SETTINGS] = {NULL};
	enum status rc;

	options[SETTING_PROFILE] = w->profile ? w->profile : "default";
	rc = settings_load_without_keys(s, options, MODE_IMPORT, e);
	if (rc != STATUS_OK)
		name_who_runs(e);
	return rc;
}

/* --- what killed runs have left --- */

static enum status sweep_locked(const struct target *t, struct error *e)
{
	int lock = -1;
	enum status rc = lock_file(t, monotonic_ms() + LOCK_MS, &lock, e);

	if (rc == STATUS_OK && !replace_sweep(t))
		rc = error_set(e, STATUS_CONFIG,
			"%s: the file that an interrupted run has left beside it "
			"(.%s.aws-mfa-new) cannot be removed: %s; remove it" IMPORT_AGAIN,
			t->path, t->name, strerror(errno));
	if (lock >= 0)
		close(lock);
	return rc;
}

/*
 * The file that was left may have the keys, even if the section has none now. *waited: another
 * process may have written the file meanwhile.
 */
static enum status sweep(const char *path, bool *waited, struct error *e)
{
	struct target t = {.folder = -1};
	char name[NAME_MAX + 32];
	struct stat st;
	enum status rc = target_find(&t, path, e);

	*waited = false;
	if (rc == STATUS_OK) {
		target_new_name(&t, name);
		*waited = fstatat(t.folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
		rc = *waited ? sweep_locked(&t, e) : STATUS_OK;
	}
	target_free(&t);
	return rc == STATUS_NOT_SET_UP ? STATUS_OK : rc;
}

static enum status load_swept(const struct home_keys *w, struct settings *s, struct error *e)
{
	enum status rc = load(w, s, e);
	bool undone = false, waited = false;

	if (rc == STATUS_OK) {
		undone = store_undo(s->value[SETTING_CREDENTIALS_FILE]);
		rc = sweep(s->value[SETTING_CREDENTIALS_FILE], &waited, e);
	}
	if (rc == STATUS_OK && (undone || waited)) {
		settings_free(s);
		rc = load(w, s, e);
	}
	return rc;
}

/* --- may these keys be moved? --- */

/* Without this, the write would wait for that program until root waits no longer. */
static enum status check_idle(const struct settings *s, struct error *e)
{
	const char *path = s->value[SETTING_CREDENTIALS_FILE];

	if (!s->unfinished || strcmp(s->unfinished, path) != 0)
		return STATUS_OK;
	return error_set(e, STATUS_CONFIG,
		"%s: another program keeps it open for writing; end that program" IMPORT_AGAIN,
		path);
}

/*
 * A rotation that is not finished may have a second key in the section. That key would stay in the
 * home, and `aws-mfa rotate` could not finish the rotation.
 */
static enum status check_rotation(const struct ini *ini, const struct settings *s, struct error *e)
{
	char word[SHELL_PROFILE_SIZE];

	if (!rotation_stands(ini, s->long_term))
		return STATUS_OK;
	return error_set(e, STATUS_CONFIG,
		"%s: a rotation of the key in [%s] is not finished; as this user, run aws-mfa "
		"rotate %s until it is finished or undone (it says how)" IMPORT_AGAIN,
		ini->path, s->long_term, shell_operand(s->value[SETTING_PROFILE], word));
}

static enum status check(const struct settings *s, const char *secret, struct error *e)
{
	enum status rc = check_idle(s, e);

	if (rc == STATUS_OK)
		rc = store_check_single(&s->credentials, s->long_term, "aws_access_key_id", e);
	if (rc == STATUS_OK)
		rc = store_check_single(&s->credentials, s->long_term, "aws_secret_access_key", e);
	if (rc == STATUS_OK)
		rc = check_rotation(&s->credentials, s, e);
	if (rc == STATUS_OK)
		rc = copies_check(s, secret, e);
	return rc == STATUS_OK ? store_check(s->value[SETTING_CREDENTIALS_FILE], false, e) : rc;
}

/* --- the work --- */

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

enum status home_find_keys(const void *arg, struct secret *out, struct error *e)
{
	struct settings s;
	struct found f = {0};
	enum status rc = load_swept(arg, &s, e);

	if (rc == STATUS_OK)
		found_in(&s, s.long_term, &f);
	if (rc == STATUS_OK && !f.section)
		rc = error_set(e, STATUS_NOT_SET_UP,
			"%s: there are no long-term keys in [%s]; --profile names another profile",
			s.value[SETTING_CREDENTIALS_FILE], s.long_term);
	if (rc == STATUS_OK)
		rc = check(&s, f.secret.data, e);
	if (rc == STATUS_OK)
		rc = answer(&s, &f, out, e);
	found_free(&f);
	settings_free(&s);
	return rc;
}

struct removal {
	const struct settings *settings;
	const char *secret;
};

/* Under the file's lock. */
static enum status remove_from(
	const void *arg, const struct ini *ini, struct secret *out, struct error *e)
{
	static const struct ini_pair pairs[] = {{"aws_access_key_id", NULL},
		{"aws_secret_access_key", NULL}, {"aws_mfa_device", NULL}};
	const struct removal *r = arg;
	const struct store_edit edit = {r->settings->long_term, pairs, 3, false};
	enum status rc = check_rotation(ini, r->settings, e);

	if (rc == STATUS_OK)
		rc = copies_check_lines(ini, edit.section, r->secret, e);
	return rc == STATUS_OK ? store_apply(ini, &edit, 1, out, e) : rc;
}

enum status home_remove_keys(const void *arg, struct secret *out, struct error *e)
{
	const struct home_keys *w = arg;
	const struct ini_pair expected[] = {
		{"aws_access_key_id", w->id}, {"aws_secret_access_key", w->secret}};
	int64_t deadline_ms = monotonic_ms() + TIMEOUT_DEFAULT * INT64_C(1000);
	struct settings s;
	char *again;
	enum status rc = load(w, &s, e);

	(void)out;
	/* The user may have changed files while root was asked. */
	if (rc == STATUS_OK)
		rc = check(&s, w->secret, e);
	if (rc == STATUS_OK) {
		const struct removal removal = {&s, w->secret};
		const struct store_place to = {.path = s.value[SETTING_CREDENTIALS_FILE],
			.section = s.long_term,
			.keys = s.long_term,
			.replaces_keys = true,
			.expected = expected,
			.n_expected = 2};

		rc = store_made(&to, remove_from, &removal, deadline_ms, e);
	}
	settings_free(&s);
	if (rc == STATUS_OK)
		return rc;
	again = strstr(e->text, IMPORT_AGAIN); /* root's message says it once more */
	if (again)
		*again = '\0';
	return e->status = STATUS_NOT_STORED;
}
