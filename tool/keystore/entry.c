#include "entry.h"

#include "clean.h"
#include "policy.h"
#include "record.h"
#include "settings/value.h"
#include "setup/shape.h"
#include "sts_limits.h"
#include "text/shell.h"

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* An endpoint of another vendor has keys of other forms. The entry does not know the endpoint. */
static const char *check_key_id(const char *value)
{
	return shape_key_id(value, true);
}

static const char *check_secret(const char *value)
{
	return shape_secret(value, true);
}

static const char *check_uid(const char *value)
{
	int64_t n = record_number(value);

	/* The last number means "no user" (chown(2)). */
	return n >= 0 && n < UINT32_MAX ? NULL
					: "expected the number of the user, as id -u prints it";
}

static const char *check_account(const char *value)
{
	return strlen(value) == ACCOUNT_DIGITS && strspn(value, "0123456789") == ACCOUNT_DIGITS
		? NULL
		: "expected the 12 digits of the AWS account";
}

static const char *check_policy(const char *value)
{
	size_t len = strlen(value), line;

	return len <= STS_POLICY_LONGEST && policy_read(value, len, &line, NULL)
		? NULL
		: "expected a policy: JSON in one line, at most 2048 characters";
}

static const char *check_duration(const char *value)
{
	long seconds;

	return value_duration(value, &seconds);
}

const struct entry_rule entry_rules[N_ENTRY_KEYS] = {
	[KEY_USER] = {"user", entry_name_check, true, false},
	[KEY_UID] = {"uid", check_uid, true, false},
	[KEY_ACCESS_KEY_ID] = {"aws_access_key_id", check_key_id, true, false},
	[KEY_SECRET_ACCESS_KEY] = {"aws_secret_access_key", check_secret, true, false},
	[KEY_DEVICE] = {"aws_mfa_device", shape_device, true, false},
	[KEY_ACCOUNT] = {"account", check_account, true, false},
	[KEY_PROFILE] = {"profile", value_profile, false, false},
	[KEY_ROLE_ARN] = {"role_arn", value_role_arn, false, false},
	[KEY_EXTERNAL_ID] = {"external_id", value_external_id, false, true},
	[KEY_ROLE_SESSION_NAME] = {"role_session_name", value_role_session_name, false, true},
	[KEY_SOURCE_IDENTITY] = {"source_identity", value_role_session_name, false, true},
	[KEY_SESSION_POLICY] = {"session_policy", check_policy, false, true},
	[KEY_DURATION] = {"duration", check_duration, false, false},
};

const char *entry_name_check(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > NAME_MAX)
		return "expected a name of 1 to 255 bytes";
	if (name[0] == '.' || name[0] == '-')
		return "expected a name that does not begin with '.' or '-'";
	/* The module takes no such name, and `list` prints it. */
	return strchr(name, '/') || clean_has_control(name)
		? "expected a name without '/' and control characters"
		: NULL;
}

const char *entry_check(const char *key, const char *value)
{
	enum entry_key i = 0;

	while (strcmp(entry_rules[i].name, key) != 0)
		i++;
	return entry_rules[i].check(value);
}

char **entry_text(struct entry *entry, enum entry_key key)
{
	char **const texts[N_ENTRY_KEYS] = {
		[KEY_USER] = &entry->user,
		[KEY_ACCESS_KEY_ID] = &entry->access_key_id,
		[KEY_SECRET_ACCESS_KEY] = &entry->secret_access_key.data,
		[KEY_DEVICE] = &entry->device,
		[KEY_ACCOUNT] = &entry->account,
		[KEY_PROFILE] = &entry->profile,
		[KEY_ROLE_ARN] = &entry->role_arn,
		[KEY_EXTERNAL_ID] = &entry->external_id,
		[KEY_ROLE_SESSION_NAME] = &entry->role_session_name,
		[KEY_SOURCE_IDENTITY] = &entry->source_identity,
		[KEY_SESSION_POLICY] = &entry->session_policy,
	};

	return texts[key];
}

enum status entry_is_of(
	const struct entry *entry, const char *user, uid_t uid, const char *path, struct error *e)
{
	if (strcmp(entry->user, user) != 0)
		return error_set(
			e, STATUS_CONFIG, "%s: is the entry of another user than %s", path, user);
	if (entry->uid != uid)
		return error_set(e, STATUS_CONFIG,
			"%s: is of uid %lu, but %s is uid %lu now; if this is the same person, "
			"write uid = %lu, else remove the entry",
			path, (unsigned long)entry->uid, user, (unsigned long)uid,
			(unsigned long)uid);
	return STATUS_OK;
}

enum status entry_account(const char *user, uid_t *uid, struct error *e)
{
	const struct passwd *pw;
	char word[SHELL_PROFILE_SIZE];

	/* glibc leaves 0 where there is no such user. Else a directory does not answer, also with
	 * ENOENT (libnss-ldapd, libnss-sss). That is no reason to remove an entry. */
	errno = 0;
	pw = getpwnam(user);
	if (!pw && errno != 0)
		return error_set(e, STATUS_SYSTEM,
			"%s cannot be looked up: %s; see: getent passwd %s, and the line passwd of "
			"/etc/nsswitch.conf",
			user, strerror(errno), shell_operand(user, word));
	if (!pw)
		return error_set(e, STATUS_NOT_SET_UP,
			"there is no user %s on this host; see: getent passwd %s", user,
			shell_operand(user, word));
	*uid = pw->pw_uid;
	return STATUS_OK;
}

enum status entry_check_account(const struct entry *entry, const char *path, struct error *e)
{
	uid_t uid = (uid_t)-1;
	enum status rc = entry_account(entry->user, &uid, e);

	return rc == STATUS_OK ? entry_is_of(entry, entry->user, uid, path, e) : rc;
}

void entry_free(struct entry *entry)
{
	for (enum entry_key key = 0; key < N_ENTRY_KEYS; key++) {
		char **text = entry_text(entry, key);

		if (text)
			secret_free_string(*text);
	}
	*entry = (struct entry){0};
}
