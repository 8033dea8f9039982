#include "refresh.h"

#include "code.h"
#include "credentials/store.h"
#include "file/file.h"
#include "file/lock.h"
#include "file/read.h"
#include "monotonic.h"
#include "settings/inherit.h"
#include "text/log.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* How long to wait for another program that writes the file. The code is spent by then. */
#define STORE_MS 2000

/* A file that changed within this time may be in the middle of a change. */
#define SETTLED_S 1

static enum session_state check(struct refresh *r, const struct ini *credentials)
{
	long before = r->settings.renew_before;

	return session_check(credentials, r->settings.session,
		r->settings.value[SETTING_ASSUME_ROLE], r->least > before ? r->least : before,
		time(NULL), &r->expiration);
}

static struct store_place place(const struct refresh *r)
{
	const struct settings *s = &r->settings;

	return (struct store_place){
		.path = s->value[SETTING_CREDENTIALS_FILE],
		.section = s->session,
		.role = s->value[SETTING_ASSUME_ROLE],
		.keys = s->long_term,
		.replaces_keys = policy_of(r->mode)->replaces_keys,
	};
}

/* Loads the settings again, because the files have changed. */
static enum status reload(struct refresh *r, const char *const options[N_SETTINGS], struct error *e)
{
	settings_free(&r->settings);
	e->text[0] = '\0'; /* drop the old error */
	return settings_load(&r->settings, options, r->mode, e);
}

/* The folder of a missing file shows when the file was removed. */
static bool changed_lately(const char *path)
{
	char folder[PATH_MAX];
	struct stat st;
	time_t age_s;

	if (!path || strlen(path) >= sizeof(folder))
		return false;
	memcpy(folder, path, strlen(path) + 1);
	if (stat(path, &st) < 0 && stat(dirname(folder), &st) < 0)
		return false;
	age_s = time(NULL) - st.st_ctim.tv_sec;
	return age_s >= 0 && age_s <= SETTLED_S;
}

/*
 * Threat: an editor moves the file away for a moment, or a script writes it in two steps. An
 * enrolled user who logs in at that moment would count as "not set up". So wait until the files
 * have not changed for SETTLED_S; give up after SETTLED_S.
 */
static enum status settle(struct refresh *r, const char *const options[N_SETTINGS],
	int64_t start_ms, enum status rc, struct error *e)
{
	const struct timespec pause = {.tv_nsec = 50000000};

	while (rc == STATUS_NOT_SET_UP && monotonic_ms() < start_ms + SETTLED_S * INT64_C(1000) &&
		(changed_lately(r->settings.value[SETTING_CREDENTIALS_FILE]) ||
			changed_lately(r->settings.value[SETTING_CONFIG_FILE]))) {
		nanosleep(&pause, NULL);
		rc = reload(r, options, e);
	}
	return rc;
}

/* If a file that cannot be written is in the way, exec and export need not write it. */
static enum status hint_at_no_store(const struct refresh *r, enum status rc, struct error *e)
{
	const struct error why = *e;

	if (rc != STATUS_CONFIG || !policy_of(r->mode)->hands_over)
		return rc;
	return error_set(e, rc, "%.900s; or give --no-store: then it is not written", why.text);
}

static bool must_store(const struct refresh *r)
{
	return !policy_of(r->mode)->stores_or_not && !policy_of(r->mode)->stores_nothing;
}

static enum status can_store(const struct refresh *r, bool again, struct error *e)
{
	const char *path = r->settings.value[SETTING_CREDENTIALS_FILE];

	if (!must_store(r))
		return STATUS_OK;
	return hint_at_no_store(r, store_check(path, again, e), e);
}

enum status refresh_load(struct refresh *r, const char *const options[N_SETTINGS], struct error *e)
{
	int64_t start_ms = monotonic_ms();
	enum status rc = settings_load(&r->settings, options, r->mode, e);
	const char *path = r->settings.value[SETTING_CREDENTIALS_FILE];
	struct store_place to;

	/* Do not judge a file that an earlier run left half written: undo that first. */
	if (path && store_undo(path))
		rc = reload(r, options, e);
	if (policy_of(r->mode)->absence_must_be_certain)
		rc = settle(r, options, start_ms, rc, e);
	if (rc != STATUS_OK)
		return rc;
	r->deadline_ms = start_ms + r->settings.timeout * 1000;
	r->state = check(r, &r->settings.credentials);
	if (r->state == SESSION_VALID && !policy_of(r->mode)->renews_valid)
		return STATUS_VALID;
	rc = inherit_token_command(&r->settings, e);
	if (rc != STATUS_OK || !must_store(r))
		return rc;
	to = place(r);
	return hint_at_no_store(r, store_check_content(&r->settings.credentials, &to, e), e);
}

enum status refresh_start(struct refresh *r, struct error *e)
{
	struct sts_request request = sts_request_for_code(&r->settings);
	enum status rc = can_store(r, false, e);

	if (r->base_only) {
		request.n_roles = 0;
		request.duration = STS_SESSION_SHORTEST; /* the roles are assumed at once */
	}
	if (rc == STATUS_OK)
		rc = exchange_start(&r->exchange, &request, r->deadline_ms, e);
	r->asked_since_ms = monotonic_ms();
	return rc;
}

/* STATUS_VALID if another process has renewed the session meanwhile. */
static enum status look_again(struct refresh *r, struct error *e)
{
	const char *path = r->settings.value[SETTING_CREDENTIALS_FILE];
	struct secret bytes;
	struct ini ini;
	struct stat st;
	enum file_found found;
	enum status rc;

	store_undo(path);
	if (stat(path, &st) == 0 && file_same(&st, &r->settings.credentials_stat))
		return STATUS_OK; /* do not read it again: it may have many profiles */
	rc = file_read(path, &bytes, &st, &found, e);
	if (rc != STATUS_OK) /* STATUS_SYSTEM: it is being written; the code can still be used */
		return rc == STATUS_SYSTEM ? STATUS_OK : rc;
	rc = ini_parse(&ini, path, &bytes, NULL, NULL, e);
	if (rc != STATUS_OK)
		return rc;
	r->state = check(r, &ini);
	ini_free(&r->settings.credentials);
	r->settings.credentials = ini;
	return r->state == SESSION_VALID ? STATUS_VALID : STATUS_OK;
}

/*
 * Takes the lock of the section. Waits for a quarter of the time at most, then goes on without the
 * lock; *lock is then -1.
 *
 * Threat: a stranger starts `su` for this user, types any code, and freezes that helper while it
 * holds the lock. The user must still get in. So the lock only saves a code. If every code
 * is sent, there is nothing to save.
 */
static enum status lock_session(struct refresh *r, int *lock, struct error *e)
{
	const struct store_place to = place(r);
	int64_t wait_ms = r->settings.timeout * 250;
	int64_t until_ms = monotonic_ms() + wait_ms;
	enum status rc;

	*lock = -1;
	if (policy_of(r->mode)->renews_valid)
		return STATUS_OK;
	if (policy_of(r->mode)->stores_nothing)
		return look_again(r, e);
	rc = lock_section(to.path, to.section,
		until_ms < r->deadline_ms ? until_ms : r->deadline_ms, lock, e);
	if (rc == STATUS_SYSTEM) {
		log_warning("%s. This refresh goes on without its lock", e->text);
		rc = STATUS_OK;
	}
	/* No lock file can be made, so nothing can be stored: the lock is not needed. */
	if (rc == STATUS_CONFIG && policy_of(r->mode)->stores_or_not)
		rc = STATUS_OK;
	return rc == STATUS_OK ? look_again(r, e) : rc;
}

/* The module ends its helper 2 s after the timeout. Stay below that. */
static int64_t store_deadline(const struct refresh *r)
{
	int64_t now_ms = monotonic_ms();
	int64_t left_ms = r->deadline_ms - now_ms + STORE_MS / 2;

	return now_ms + (left_ms < STORE_MS ? left_ms : STORE_MS);
}

static enum status store(
	struct refresh *r, const struct session *session, int64_t deadline_ms, struct error *e)
{
	const struct store_place to = place(r);

	r->expiration = session->expiration;
	snprintf(r->key_id, sizeof(r->key_id), "%s", session->access_key_id.data);
	return policy_of(r->mode)->stores_nothing ? STATUS_OK
						  : store_session(&to, session, deadline_ms, e);
}

enum status refresh_store(struct refresh *r, const struct session *session, struct error *e)
{
	return store(r, session, monotonic_ms() + STORE_MS, e);
}

void refresh_restart_time(struct refresh *r)
{
	r->deadline_ms = monotonic_ms() + r->settings.timeout * 1000;
}

/* rc is that of the exchange. */
static enum status conclude(struct refresh *r, enum status rc, const char *code, struct error *e)
{
	if (rc != STATUS_OK && rc != STATUS_VALID)
		code_strike_out(e->text, code); /* AWS may quote the code in its message */
	if (rc == STATUS_OK) {
		if (!r->base_only)
			rc = store(r, &r->session, store_deadline(r), e);
		if (rc == STATUS_OK)
			sts_process_judge_clock(&r->exchange.process, e->text, sizeof(e->text));
	}
	if (r->lock >= 0)
		close(r->lock);
	r->asked_since_ms = monotonic_ms();
	return rc;
}

enum status refresh_send(struct refresh *r, const char *code, struct error *e)
{
	enum status rc;
	int64_t start_ms = monotonic_ms();

	r->deadline_ms += start_ms - r->asked_since_ms;
	rc = lock_session(r, &r->lock, e);
	if (rc == STATUS_OK || rc == STATUS_VALID)
		e->text[0] = '\0'; /* drop errors that did not matter */
	/* Check again: the files can change while the user types. */
	if (rc == STATUS_OK)
		rc = can_store(r, true, e);
	if (rc == STATUS_OK)
		rc = exchange_send(&r->exchange, code, r->deadline_ms, e);
	return rc == STATUS_OK ? rc : conclude(r, rc, code, e);
}

enum status refresh_receive(struct refresh *r, const char *code, struct error *e)
{
	enum status rc = exchange_receive(&r->exchange, r->deadline_ms, &r->session, e);

	return conclude(r, rc, code, e);
}

bool refresh_look(struct refresh *r, const char *code, enum status *rc, struct error *e)
{
	*rc = exchange_look(&r->exchange, r->deadline_ms, e);
	if (*rc == STATUS_OK && !r->exchange.answered)
		return false;
	*rc = *rc == STATUS_OK ? refresh_receive(r, code, e) : conclude(r, *rc, code, e);
	return true;
}

enum status refresh_finish(struct refresh *r, const char *code, struct error *e)
{
	enum status rc = refresh_send(r, code, e);

	return rc == STATUS_OK ? refresh_receive(r, code, e) : rc;
}

void refresh_free(struct refresh *r)
{
	exchange_end(&r->exchange);
	session_free(&r->session);
	settings_free(&r->settings);
}
