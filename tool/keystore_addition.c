#include "keystore_addition.h"

#include "file/read.h"
#include "keystore/entry_settings.h"
#include "keystore/policy.h"
#include "pasted.h"
#include "settings/value.h"
#include "setup_device.h"
#include "sts_limits.h"
#include "text/color.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *option(const struct addition *a, size_t id)
{
	return a->k->line->option[id];
}

/* --- the options --- */

/* A value may be the secret, given by mistake, so no message quotes it. */
static enum status check_options(const struct addition *a, struct error *e)
{
	static const struct {
		size_t id;
		const char *name, *key;
		bool of_role;
	} given[] = {
		{KEYSTORE_PROFILE, "--profile", "profile", false},
		{KEYSTORE_DEVICE, "--device", "aws_mfa_device", false},
		{KEYSTORE_ROLE_ARN, "--role-arn", "role_arn", false},
		{KEYSTORE_EXTERNAL_ID, "--external-id", "external_id", true},
		{KEYSTORE_DURATION, "--duration", "duration", false},
		{KEYSTORE_SESSION_POLICY, "--session-policy", NULL, true},
	};
	bool role = option(a, KEYSTORE_ROLE_ARN);
	long seconds = 0;

	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
		const char *value = option(a, given[i].id), *expected = NULL;

		if (value && given[i].key)
			expected = entry_check(given[i].key, value);
		if (value && given[i].of_role && !role)
			expected = "goes with --role-arn";
		if (expected)
			return error_set(e, STATUS_USAGE, "%s: %s", given[i].name, expected);
	}
	if (option(a, KEYSTORE_DURATION))
		value_duration(option(a, KEYSTORE_DURATION), &seconds);
	return seconds <= sts_session_longest(role ? 1 : 0)
		? STATUS_OK
		: error_set(e, STATUS_USAGE, "--duration: " STS_ROLE_SESSION_TOO_LONG);
}

static enum status read_policy(struct addition *a, struct error *e)
{
	const char *path = option(a, KEYSTORE_SESSION_POLICY);
	struct secret text = {0};
	enum file_found found = FILE_WHOLE;
	struct stat st;
	size_t line;
	enum status rc;

	if (!path)
		return STATUS_OK;
	rc = file_read(path, &text, &st, &found, e);
	if (rc == STATUS_OK && found == FILE_MISSING)
		rc = error_set(e, STATUS_USAGE, "--session-policy: %s: there is no such file",
			pasted_hide(path));
	if (rc == STATUS_OK && !policy_read(text.data, text.size, &line, &a->policy))
		rc = error_set(e, STATUS_USAGE,
			"%s:%zu: this is no JSON; expected a policy, such as {\"Version\": "
			"\"2012-10-17\", \"Statement\": [...]}",
			path, line);
	if (rc == STATUS_OK && a->policy.size > STS_POLICY_LONGEST)
		rc = error_set(e, STATUS_USAGE,
			"%s: has %zu characters without blanks; STS takes %d at most", path,
			a->policy.size, STS_POLICY_LONGEST);
	secret_free(&text);
	return rc;
}

/* --- the old entry --- */

enum status addition_look_at_old(struct addition *a, struct error *e)
{
	enum status rc = entries_read(a->folder, a->user, &a->before, &a->old, e);

	a->exists = rc != STATUS_NOT_SET_UP;
	if (rc == STATUS_CONFIG)
		snprintf(a->why, sizeof(a->why), "%.390s", e->text);
	return rc == STATUS_SYSTEM ? rc : STATUS_OK;
}

enum status addition_may_replace(struct addition *a, struct error *e)
{
	char brief[KEYSTORE_BRIEF_SIZE], question[KEYSTORE_BRIEF_SIZE + 400];
	const char *what = a->before.access_key_id ? keystore_brief(&a->before, brief) : a->why;

	if (!a->exists || option(a, KEYSTORE_FORCE))
		return STATUS_OK;
	if (a->asker.tty < 0)
		return error_set(e, STATUS_USAGE,
			"%s has an entry already (%s); to replace it add --force", a->user, what);
	snprintf(question, sizeof(question), "%s has an entry: %s.%s Replace it?", a->user, what,
		a->before.access_key_id ? "" : " A role or policy in it is lost then.");
	return keystore_confirm(&a->asker, question, false, e);
}

/* --- the steps --- */

enum status addition_begin(struct addition *a, const struct keystore *k, struct error *e)
{
	enum status rc;

	*a = (struct addition){.k = k, .user = k->users[0], .folder = -1, .asker = {.tty = -1}};
	a->keys.asker = &a->asker;
	a->keys.settings = &a->settings;
	rc = check_options(a, e);
	if (rc == STATUS_OK)
		rc = read_policy(a, e);
	if (rc == STATUS_OK)
		rc = entry_account(a->user, &a->uid, e);
	if (rc == STATUS_OK)
		rc = entry_settings_reach(&a->settings, e);
	if (rc == STATUS_OK && option(a, KEYSTORE_DEVICE))
		rc = settings_take(&a->settings, SETTING_DEVICE,
			settings_format("%s", option(a, KEYSTORE_DEVICE)),
			settings_format("--device"), ORIGIN_OPTION, e);
	return rc == STATUS_OK ? entries_open(true, &a->folder, e) : rc;
}

enum status addition_prove(struct addition *a, struct error *e)
{
	enum status rc = setup_find_keys(&a->keys, e);
	struct device_search search = {
		&a->asker, &a->keys.caller, &a->keys.who, &a->settings, a->keys.secret.data};

	if (rc == STATUS_OK)
		rc = setup_find_device(&search, &a->device, e);
	call_end(&a->keys.caller);
	if (rc == STATUS_UNAVAILABLE)
		strncat(e->text, " (nothing was written: the keys must be proved first)",
			sizeof(e->text) - strlen(e->text) - 1);
	return rc;
}

static char *copy(const char *text, bool *failed)
{
	char *made = text ? strdup(text) : NULL;

	*failed = *failed || (text && !made);
	return made;
}

static bool fill(const struct addition *a, struct entry *entry)
{
	const struct key_search *keys = &a->keys;
	bool failed = false;

	*entry = (struct entry){.uid = a->uid,
		.user = copy(a->user, &failed),
		.access_key_id = copy(keys->id.data, &failed),
		.device = copy(a->device.data, &failed),
		.account = copy(keys->who.account, &failed),
		.profile = copy(option(a, KEYSTORE_PROFILE), &failed),
		.role_arn = copy(option(a, KEYSTORE_ROLE_ARN), &failed),
		.external_id = copy(option(a, KEYSTORE_EXTERNAL_ID), &failed),
		.session_policy = copy(a->policy.data, &failed)};
	if (option(a, KEYSTORE_DURATION))
		value_duration(option(a, KEYSTORE_DURATION), &entry->duration);
	return secret_copy(&entry->secret_access_key, keys->secret.data, keys->secret.size) &&
		!failed;
}

enum status addition_write(struct addition *a, const char *verb, struct error *e)
{
	char path[ENTRIES_PATH_SIZE];
	struct entry entry;
	enum status rc = fill(a, &entry) ? STATUS_OK : error_system(e, "keystore");

	if (rc == STATUS_OK)
		rc = entry_settings_check(&entry, entries_path(a->user, path), e);
	if (rc == STATUS_OK)
		rc = entries_lock(a->folder, e);
	if (rc == STATUS_OK)
		rc = entries_write(a->folder, &entry, a->exists ? &a->old : NULL, verb, e);
	if (rc == STATUS_OK) {
		ask_tell_marked(&a->asker, COLOR_GREEN, "ok     ", "", "%s is written (uid %lu)",
			path, (unsigned long)a->uid);
		if (!entry.role_arn)
			ask_tell_marked(&a->asker, COLOR_BOLD, "note   ", "",
				"no role: a session has all rights of the AWS user; see --role-arn");
	}
	entry_free(&entry);
	return rc;
}

void addition_end(struct addition *a)
{
	setup_keys_free(&a->keys);
	secret_free(&a->device);
	secret_free(&a->policy);
	entry_free(&a->before);
	settings_free(&a->settings);
	if (a->asker.tty >= 0)
		close(a->asker.tty);
	if (a->folder >= 0)
		close(a->folder);
}
