#include "rotation.h"

#include "iso_time.h"
#include "monotonic.h"
#include "settings/value.h"
#include "store.h"

#include <stdlib.h>
#include <string.h>

/* How long to wait for another program that writes the file. */
#define STORE_MS 10000

static const struct {
	const char *id, *secret;
} names[N_KEYS] = {
	[KEY_IN_USE] = {"aws_access_key_id", "aws_secret_access_key"},
	[KEY_NEW] = {"aws_mfa_new_access_key_id", "aws_mfa_new_secret_access_key"},
	[KEY_OLD] = {"aws_mfa_old_access_key_id", "aws_mfa_old_secret_access_key"},
};

static const char started_name[] = "aws_mfa_rotate_started";

static void free_key(struct rotation_key *key)
{
	free(key->id);
	secret_free(&key->secret);
	*key = (struct rotation_key){0};
}

static enum status read_key(
	struct rotation *r, const struct ini *ini, enum rotation_role role, struct error *e)
{
	struct rotation_key *key = &r->key[role];
	const char *bad = names[role].id;

	key->id = ini_get(ini, r->section, names[role].id, NULL);
	key->secret = ini_get_secret(ini, r->section, names[role].secret, NULL);
	if (store_check_single(ini, r->section, names[role].id, e) != STATUS_OK)
		return e->status;
	if (!key->id && !key->secret.data)
		return STATUS_OK;
	if (key->id && !value_access_key_id(key->id))
		bad = names[role].secret;
	if (bad == names[role].secret && key->secret.data &&
		!value_secret_access_key(key->secret.data))
		return STATUS_OK;
	return error_set(e, STATUS_CONFIG,
		"%s: [%s]: %s is missing or not what `aws-mfa rotate` has written; restore the "
		"line, or remove %s and %s",
		r->path, r->section, bad, names[role].id, names[role].secret);
}

bool rotation_stands(const struct ini *credentials, const char *section)
{
	const char *const lines[] = {names[KEY_NEW].id, names[KEY_NEW].secret, names[KEY_OLD].id,
		names[KEY_OLD].secret, started_name};
	const struct ini_line *header = ini_section(credentials, section, strlen(section));
	bool stands = false;

	for (size_t i = 0; header && i < sizeof(lines) / sizeof(lines[0]); i++)
		stands = stands || ini_key(credentials, header, lines[i], strlen(lines[i]));
	return stands;
}

enum status rotation_read(
	struct rotation *r, const struct ini *credentials, const char *section, struct error *e)
{
	char *started = ini_get(credentials, section, started_name, NULL);
	time_t time = started ? iso_time_from_file(started) : 0;
	enum status rc = STATUS_OK;

	free(started);
	*r = (struct rotation){.path = credentials->path, .section = section};
	r->started = time > 0 ? time : 0;
	for (enum rotation_role role = 0; rc == STATUS_OK && role < N_KEYS; role++)
		rc = read_key(r, credentials, role, e);
	return rc;
}

void rotation_free(struct rotation *r)
{
	for (enum rotation_role role = 0; role < N_KEYS; role++)
		free_key(&r->key[role]);
}

static bool holds(const struct rotation *r, const char *id)
{
	for (enum rotation_role role = 0; role < N_KEYS; role++)
		if (r->key[role].id == id)
			return true;
	return false;
}

/* Writes what differs between *r and *to. If that succeeds, *r becomes *to. */
static enum status put(struct rotation *r, const struct rotation *to, struct error *e)
{
	struct ini_pair pairs[2 * N_KEYS + 1], expected[N_KEYS];
	const struct store_place place = {.path = r->path,
		.section = r->section,
		.keys = r->section,
		.replaces_keys = true,
		.expected = expected,
		.n_expected = N_KEYS};
	char text[32] = "";
	enum status rc;
	struct tm tm;
	size_t n = 0;

	for (enum rotation_role role = 0; role < N_KEYS; role++) {
		const struct rotation_key *key = &to->key[role];

		expected[role] = (struct ini_pair){names[role].id, r->key[role].id};
		if (key->id == r->key[role].id)
			continue;
		pairs[n++] = (struct ini_pair){names[role].id, key->id};
		pairs[n++] = (struct ini_pair){names[role].secret, key->secret.data};
	}
	if (!to->started || !gmtime_r(&to->started, &tm) ||
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm) == 0)
		text[0] = '\0';
	/* Always: a value that cannot be read counts as absent, and is removed here. */
	pairs[n++] = (struct ini_pair){started_name, *text ? text : NULL};
	rc = store_pairs(&place, pairs, n, monotonic_ms() + STORE_MS, e);
	if (rc != STATUS_OK)
		return rc;
	for (enum rotation_role role = 0; role < N_KEYS; role++)
		if (!holds(to, r->key[role].id))
			free_key(&r->key[role]);
	*r = *to;
	r->changed = true;
	return rc;
}

enum status rotation_start(struct rotation *r, time_t now, struct error *e)
{
	struct rotation to = *r;

	to.started = now;
	return put(r, &to, e);
}

enum status rotation_keep(struct rotation *r, struct rotation_key *key, struct error *e)
{
	struct rotation to = *r;
	enum status rc;

	to.key[KEY_NEW] = *key;
	to.started = 0;
	rc = put(r, &to, e);
	if (rc == STATUS_OK)
		*key = (struct rotation_key){0};
	return rc;
}

enum status rotation_switch(struct rotation *r, struct error *e)
{
	struct rotation to = *r;

	to.key[KEY_OLD] = r->key[KEY_IN_USE];
	to.key[KEY_IN_USE] = r->key[KEY_NEW];
	to.key[KEY_NEW] = (struct rotation_key){0};
	to.started = 0;
	return put(r, &to, e);
}

enum status rotation_switch_back(struct rotation *r, struct error *e)
{
	struct rotation to = *r;

	to.key[KEY_NEW] = r->key[KEY_IN_USE];
	to.key[KEY_IN_USE] = r->key[KEY_OLD];
	to.key[KEY_OLD] = (struct rotation_key){0};
	to.started = 0;
	return put(r, &to, e);
}

enum status rotation_forget(struct rotation *r, enum rotation_role role, struct error *e)
{
	struct rotation to = *r;

	to.key[role] = (struct rotation_key){0};
	to.started = 0;
	return put(r, &to, e);
}
