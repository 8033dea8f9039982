#include "keystore_home.h"

#include "credentials/rotation.h"
#include "credentials/store.h"
#include "file/file.h"
#include "file/lock.h"
#include "file/owner.h"
#include "file/replace.h"
#include "monotonic.h"
#include "settings/files.h"
#include "settings/settings.h"
#include "setup/found.h"
#include "text/shell.h"
#include "timeout.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define AGAIN "and run the same command again"
#define SWEEP_MS 2000

static enum status load(const struct home_keys *w, struct settings *s, struct error *e)
{
	const char *options[N_SETTINGS] = {NULL};

	options[SETTING_PROFILE] = w->profile ? w->profile : "default";
	return settings_load_without_keys(s, options, MODE_BY_HAND, e);
}

/* A run that was killed may have left a file with the keys, also if the section has none now. */
static enum status sweep(const char *path, struct error *e)
{
	struct target t = {.folder = -1};
	int lock = -1;
	enum status rc = target_find(&t, path, e);

	if (rc == STATUS_OK)
		rc = lock_file(&t, monotonic_ms() + SWEEP_MS, &lock, e);
	if (rc == STATUS_OK)
		replace_sweep(&t);
	if (lock >= 0)
		close(lock);
	target_free(&t);
	return rc == STATUS_NOT_SET_UP ? STATUS_OK : rc;
}

/* --- may these keys be moved? --- */

/*
 * Threat: another local user has put keys and a device of their own there. The entry would then
 * name that device, and a login would be theirs.
 */
static enum status check_owner(const struct settings *s, struct error *e)
{
	const char *path = s->value[SETTING_CREDENTIALS_FILE];
	enum status rc = owner_check_way(settings_home(), path, e);

	return rc == STATUS_OK ? owner_check(path, &s->credentials_stat, e) : rc;
}

/* The write would wait for that program for as long as root waits for the answer. */
static enum status check_idle(const struct settings *s, struct error *e)
{
	return !s->unfinished ? STATUS_OK
			      : error_set(e, STATUS_CONFIG,
					"%s: another program keeps it open for writing; end that "
					"program, " AGAIN,
					s->unfinished);
}

/* A rotation has a second key in the section. It would stay, and could not be finished. */
static enum status check_rotation(const struct settings *s, struct error *e)
{
	char word[SHELL_PROFILE_SIZE];

	if (!rotation_stands(&s->credentials, s->long_term))
		return STATUS_OK;
	return error_set(e, STATUS_CONFIG,
		"%s: [%s] has a second key, of a rotation; as this user, end it by aws-mfa rotate "
		"%s --finish (or --undo), " AGAIN,
		s->credentials.path, s->long_term, shell_operand(s->value[SETTING_PROFILE], word));
}

/* --- is the secret elsewhere? --- */

static bool has(const struct secret *bytes, size_t from, size_t to, const char *secret)
{
	return memmem(bytes->data + from, to - from, secret, strlen(secret)) != NULL;
}

/* On another line than own? NULL: than none. */
static enum status check_lines(const struct settings *s, const struct ini *ini,
	const struct ini_line *own, const char *secret, struct error *e)
{
	for (size_t i = 0; i < ini->n_lines; i++) {
		const struct ini_line *l = &ini->lines[i];

		if (l != own && has(&ini->bytes, l->start, l->end, secret))
			return error_set(e, STATUS_CONFIG,
				"%s:%zu: the secret is in this line, and would stay in the home; "
				"have it only in [%s] of %s, " AGAIN,
				ini->path, i + 1, s->long_term, s->value[SETTING_CREDENTIALS_FILE]);
	}
	return STATUS_OK;
}

/* Only the section's own line is removed. So the secret must be on no other, as in [DEFAULT]. */
static enum status check_text(const struct settings *s, const char *secret, struct error *e)
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

/* The file is replaced, so its other names keep the old one. */
static enum status check_names(const struct settings *s, struct error *e)
{
	const char *path = s->value[SETTING_CREDENTIALS_FILE], *home = settings_home();
	char words[2][400];

	if (s->credentials_stat.st_nlink < 2)
		return STATUS_OK;
	return error_set(e, STATUS_CONFIG,
		"%s: has %ju names (hard links), and the secret would stay under the others; remove "
		"these, " AGAIN "; run: find %s -xdev -samefile %s",
		path, (uintmax_t)s->credentials_stat.st_nlink,
		shell_quote(home, strlen(home), words[0], 400) ? words[0] : "~",
		shell_quote(path, strlen(path), words[1], 400) ? words[1] : path);
}

/* A file that cannot be read counts as one without the secret. */
static bool file_has(int folder, const char *name, const char *path, const char *secret)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct secret bytes = {0};
	struct stat st;
	struct error e;
	bool found;

	if (fd < 0)
		return false;
	found = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		file_read_fd(fd, path, &bytes, &st, &e) == STATUS_OK &&
		has(&bytes, 0, bytes.size, secret);
	secret_free(&bytes);
	close(fd);
	return found;
}

/* In a file beside it whose name has its name, such as credentials.bak and .credentials.swp? */
static enum status check_folder(const struct target *t, const char *secret, struct error *e)
{
	int fd = openat(t->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	enum status rc = STATUS_OK;
	const struct dirent *d;
	char path[PATH_MAX];

	while (dir && rc == STATUS_OK && (d = readdir(dir))) {
		if (!strstr(d->d_name, t->name) || strcmp(d->d_name, t->name) == 0)
			continue;
		snprintf(path, sizeof(path), "%.*s%s", (int)(strrchr(t->path, '/') + 1 - t->path),
			t->path, d->d_name);
		if (file_has(fd, d->d_name, path, secret))
			rc = error_set(e, STATUS_CONFIG,
				"%s: the secret is in this file, too, and would stay in the home; "
				"remove it, " AGAIN,
				path);
	}
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	return rc;
}

static enum status check_beside(const struct settings *s, const char *secret, struct error *e)
{
	struct target t = {.folder = -1};
	enum status rc = target_find(&t, s->value[SETTING_CREDENTIALS_FILE], e);

	if (rc == STATUS_OK)
		rc = check_folder(&t, secret, e);
	target_free(&t);
	return rc;
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

static enum status check(const struct settings *s, const char *secret, struct error *e)
{
	enum status rc = check_owner(s, e);

	if (rc == STATUS_OK)
		rc = check_idle(s, e);
	if (rc == STATUS_OK)
		rc = store_check_single(&s->credentials, s->long_term, "aws_access_key_id", e);
	if (rc == STATUS_OK)
		rc = store_check_single(&s->credentials, s->long_term, "aws_secret_access_key", e);
	if (rc == STATUS_OK)
		rc = check_rotation(s, e);
	if (rc == STATUS_OK)
		rc = check_text(s, secret, e);
	if (rc == STATUS_OK)
		rc = check_names(s, e);
	if (rc == STATUS_OK)
		rc = check_beside(s, secret, e);
	return rc == STATUS_OK ? store_check(s->value[SETTING_CREDENTIALS_FILE], false, e) : rc;
}

enum status home_find_keys(const void *arg, struct secret *out, struct error *e)
{
	struct settings s;
	struct found f = {0};
	enum status rc = load(arg, &s, e);

	if (rc == STATUS_OK && store_undo(s.value[SETTING_CREDENTIALS_FILE])) {
		settings_free(&s);
		rc = load(arg, &s, e);
	}
	if (rc == STATUS_OK)
		rc = sweep(s.value[SETTING_CREDENTIALS_FILE], e);
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

enum status home_remove_keys(const void *arg, struct secret *out, struct error *e)
{
	static const struct ini_pair removed[] = {{"aws_access_key_id", NULL},
		{"aws_secret_access_key", NULL}, {"aws_mfa_device", NULL}};
	const struct home_keys *w = arg;
	const struct ini_pair expected[] = {
		{"aws_access_key_id", w->id}, {"aws_secret_access_key", w->secret}};
	int64_t deadline_ms = monotonic_ms() + TIMEOUT_DEFAULT * INT64_C(1000);
	struct settings s;
	enum status rc = load(w, &s, e);

	(void)out;
	if (rc == STATUS_OK) {
		const struct store_edit edit = {s.long_term, removed, 3, false};
		const struct store_place to = {.path = s.value[SETTING_CREDENTIALS_FILE],
			.section = s.long_term,
			.expected = expected,
			.n_expected = 2};

		rc = store_edits(&to, &edit, 1, deadline_ms, e);
	}
	settings_free(&s);
	return rc;
}
