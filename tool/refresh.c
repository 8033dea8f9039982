#include "refresh.h"

#include "profile/file.h"
#include "profile/lock.h"
#include "profile/store.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What a run that was cut off left of the file must not be judged. */
#define UNDO_MS 5000

enum status refresh_load(
	struct refresh *r, const char *const options[N_SETTINGS], bool strict, struct error *e)
{
	int64_t start_ms = monotonic_ms();
	enum status rc = settings_load(&r->settings, options, strict, e);
	const char *path = r->settings.value[SETTING_CREDENTIALS_FILE];

	if (path && store_undo(path, start_ms + UNDO_MS)) {
		settings_free(&r->settings);
		rc = settings_load(&r->settings, options, strict, e);
	}
	if (rc != STATUS_OK)
		return rc;
	r->deadline_ms = start_ms + r->settings.timeout * 1000;
	r->state = session_check(&r->settings.credentials, r->settings.session,
		r->settings.value[SETTING_ASSUME_ROLE], time(NULL), &r->expiration);
	return r->state == SESSION_VALID && !r->force ? STATUS_VALID : STATUS_OK;
}

static enum status can_store(const struct refresh *r, struct error *e)
{
	enum status rc = STATUS_OK;

	if (!r->store_or_not)
		rc = store_check(r->settings.value[SETTING_CREDENTIALS_FILE], e);
	return rc;
}

enum status refresh_start(struct refresh *r, struct error *e)
{
	enum status rc = can_store(r, e);

	if (rc == STATUS_OK)
		rc = exchange_start(&r->exchange, &r->settings, r->warm_up, r->deadline_ms, e);
	r->asked_since_ms = monotonic_ms();
	return rc;
}

/* Has another process renewed the session since we looked? */
static enum status look_again(struct refresh *r, struct error *e)
{
	const char *path = r->settings.value[SETTING_CREDENTIALS_FILE];
	struct bytes bytes;
	struct ini ini;
	struct stat st;
	bool missing;
	enum status rc;

	store_undo(path, r->deadline_ms); /* also waits for one who is writing in place */
	if (stat(path, &st) == 0 && file_same(&st, &r->settings.credentials_stat))
		return STATUS_OK; /* as a file with many profiles costs much to read */
	rc = file_read(path, &bytes, &st, &missing, e);
	if (rc != STATUS_OK)
		return rc;
	rc = ini_parse(&ini, path, &bytes, NULL, NULL, e);
	if (rc != STATUS_OK)
		return rc;
	r->state = session_check(&ini, r->settings.session, r->settings.value[SETTING_ASSUME_ROLE],
		time(NULL), &r->expiration);
	ini_free(&ini);
	return r->state == SESSION_VALID ? STATUS_VALID : STATUS_OK;
}

/* AWS quotes a code now and then ("Value '123456' at 'tokenCode' failed"). */
static void strike_out(char *text, const char *code)
{
	size_t len = strlen(code);

	for (char *at = text; (at = strstr(at, code)) != NULL; at += len)
		memset(at, '*', len);
}

enum status refresh_finish(struct refresh *r, const char *code, struct error *e)
{
	const char *path = r->settings.value[SETTING_CREDENTIALS_FILE];
	struct session session = {0};
	enum status rc = STATUS_OK;
	int64_t start_ms = monotonic_ms();
	int lock;

	r->deadline_ms += start_ms - r->asked_since_ms;
	lock = lock_section(path, r->settings.session, r->deadline_ms, e);
	/* Where no lock can be had at all nothing can be stored either, so there is no race to
	 * lose. */
	if (lock < 0 && !(r->store_or_not && e->status == STATUS_CONFIG))
		return e->status;
	if (!r->force)
		rc = look_again(r, e);
	/* Again: much can change while a person looks for the telephone. */
	if (rc == STATUS_OK)
		rc = can_store(r, e);
	if (rc == STATUS_OK)
		rc = exchange_code(&r->exchange, code, r->deadline_ms, &session, e);
	if (rc != STATUS_OK && rc != STATUS_VALID)
		strike_out(e->text, code);
	if (rc == STATUS_OK) {
		r->expiration = session.expiration;
		snprintf(r->key_id, sizeof(r->key_id), "%s", session.access_key_id);
		rc = store_session(path, r->settings.session,
			r->settings.value[SETTING_ASSUME_ROLE], &session, r->deadline_ms, e);
		if (rc == STATUS_OK)
			exchange_judge_clock(&r->exchange, e->text, sizeof(e->text));
	}
	session_free(&session);
	if (lock >= 0)
		close(lock);
	r->asked_since_ms = monotonic_ms();
	return rc;
}

void refresh_free(struct refresh *r)
{
	exchange_end(&r->exchange);
	settings_free(&r->settings);
}
