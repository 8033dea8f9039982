#include "entry.h"

#include "ascii.h"
#include "file/file.h"
#include "ini/ini.h"
#include "record.h"
#include "settings/value.h"
#include "setup/shape.h"
#include "sts_limits.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#define SECTION "aws-mfa"

enum key {
	USER,
	UID,
	ACCESS_KEY_ID,
	SECRET_ACCESS_KEY,
	DEVICE,
	ACCOUNT,
	PROFILE,
	ROLE_ARN,
	EXTERNAL_ID,
	ROLE_SESSION_NAME,
	SOURCE_IDENTITY,
	SESSION_POLICY,
	DURATION,
	N_KEYS
};

struct reading {
	struct ini ini;
	struct secret value[N_KEYS];
	size_t line[N_KEYS]; /* 0: not there */
	size_t n_sections;
	struct error *e;
};

/* --- the values --- */

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
	size_t len = strlen(value);

	return len <= 2048 && value[0] == '{' && value[len - 1] == '}'
		? NULL
		: "expected a policy: at most 2048 characters of JSON, in one line";
}

static const char *check_duration(const char *value)
{
	long seconds;

	return value_duration(value, &seconds);
}

static const struct {
	const char *name;
	const char *(*check)(const char *value);
	bool required, of_role;
} keys[N_KEYS] = {
	[USER] = {"user", entry_name_check, true, false},
	[UID] = {"uid", check_uid, true, false},
	[ACCESS_KEY_ID] = {"aws_access_key_id", check_key_id, true, false},
	[SECRET_ACCESS_KEY] = {"aws_secret_access_key", check_secret, true, false},
	[DEVICE] = {"aws_mfa_device", shape_device, true, false},
	[ACCOUNT] = {"account", check_account, true, false},
	[PROFILE] = {"profile", value_profile, false, false},
	[ROLE_ARN] = {"role_arn", value_role_arn, false, false},
	[EXTERNAL_ID] = {"external_id", value_external_id, false, true},
	[ROLE_SESSION_NAME] = {"role_session_name", value_role_session_name, false, true},
	[SOURCE_IDENTITY] = {"source_identity", value_role_session_name, false, true},
	[SESSION_POLICY] = {"session_policy", check_policy, false, true},
	[DURATION] = {"duration", check_duration, false, false},
};

const char *entry_name_check(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > NAME_MAX)
		return "expected a name of 1 to 255 bytes";
	if (name[0] == '.' || name[0] == '-')
		return "expected a name that does not begin with '.' or '-'";
	return strchr(name, '/') || ascii_has_control(name)
		? "expected a name without '/' and control characters"
		: NULL;
}

/* --- the lines --- */

static enum status fault(const struct reading *r, size_t line, const char *what)
{
	return error_set(r->e, STATUS_CONFIG, "%s:%zu: %s", r->ini.path, line, what);
}

static enum status fault_of(const struct reading *r, enum key key, const char *what)
{
	return error_set(r->e, STATUS_CONFIG, "%s:%zu: %s: %s", r->ini.path, r->line[key],
		keys[key].name, what);
}

static bool is_blank(const struct ini *ini, uint32_t from, uint32_t to)
{
	while (from < to && strchr(" \t\n", ini->bytes.data[from]))
		from++;
	return from == to;
}

static enum status take_header(struct reading *r, const struct ini_line *l, size_t line)
{
	const struct ini *ini = &r->ini;

	if (l->name_len != strlen(SECTION) ||
		memcmp(ini->bytes.data + l->name, SECTION, l->name_len) != 0 ||
		!is_blank(ini, l->name + l->name_len + 1, l->end))
		return fault(r, line, "expected no other section than [" SECTION "]");
	if (r->n_sections++ > 0)
		return fault(r, line, "[" SECTION "] is there twice");
	return STATUS_OK;
}

/* Returns N_KEYS for an unknown key. */
static enum key find_key(const struct ini *ini, const struct ini_line *l)
{
	enum key key = 0;

	while (key < N_KEYS &&
		(strlen(keys[key].name) != l->name_len ||
			memcmp(ini->bytes.data + l->name, keys[key].name, l->name_len) != 0))
		key++;
	return key;
}

static enum status take_key(struct reading *r, const struct ini_line *l, size_t line)
{
	const struct ini *ini = &r->ini;
	const char *after = ini->bytes.data + l->name + l->name_len, *expected;
	enum key key = find_key(ini, l);

	/* An unknown key may be the second half of a secret. */
	if (key == N_KEYS)
		return fault(r, line, "unknown key; aws-mfa-keystore(8) lists all keys");
	if (after[strspn(after, " \t")] != '=')
		return fault(r, line, "expected KEY = VALUE");
	if (r->line[key])
		return error_set(r->e, STATUS_CONFIG, "%s:%zu: %s is in line %zu already",
			ini->path, line, keys[key].name, r->line[key]);
	r->line[key] = line;
	if (!is_blank(ini, l->value + l->value_len, l->end))
		return fault_of(r, key, "expected no comment behind the value");
	if (!secret_copy(&r->value[key], ini->bytes.data + l->value, l->value_len))
		return error_system(r->e, ini->path);
	expected = ascii_has_control(r->value[key].data) ? "expected no control characters"
							 : keys[key].check(r->value[key].data);
	return expected ? fault_of(r, key, expected) : STATUS_OK;
}

static enum status take_lines(struct reading *r)
{
	enum status rc = STATUS_OK;

	for (size_t i = 0; i < r->ini.n_lines && rc == STATUS_OK; i++) {
		const struct ini_line *l = &r->ini.lines[i];

		if (l->kind == INI_SECTION)
			rc = take_header(r, l, i + 1);
		else if (l->kind == INI_KEY)
			rc = take_key(r, l, i + 1);
		else if (l->kind != INI_BLANK && l->kind != INI_COMMENT)
			rc = fault(r, i + 1,
				"expected [" SECTION "], and below it lines of KEY = VALUE");
	}
	return rc;
}

/* --- all together --- */

/* No line of the file has them. Threat: a NUL would hide the end of a line. */
static enum status check_bytes(const char *path, const struct secret *bytes, struct error *e)
{
	size_t line = 1;

	if (bytes->size > ENTRY_MAX_BYTES)
		return error_set(
			e, STATUS_CONFIG, "%s: is larger than %zu bytes", path, ENTRY_MAX_BYTES);
	for (size_t i = 0; i < bytes->size; i++) {
		line += bytes->data[i] == '\n';
		if (bytes->data[i] == '\0' || bytes->data[i] == '\r')
			return error_set(e, STATUS_CONFIG,
				"%s:%zu: expected lines without NUL and CR", path, line);
	}
	return STATUS_OK;
}

static enum status check_duration_of(const struct reading *r, long *seconds)
{
	bool role = r->value[ROLE_ARN].data;

	value_duration(r->value[DURATION].data, seconds);
	return *seconds <= sts_session_longest(role ? 1 : 0)
		? STATUS_OK
		: fault_of(r, DURATION, "a role's session lasts 43200 seconds (12h) at most");
}

static enum status check_together(const struct reading *r, long *seconds)
{
	const char *account = r->value[DEVICE].data ? value_account(r->value[DEVICE].data) : NULL;

	for (enum key key = 0; key < N_KEYS; key++) {
		if (keys[key].required && !r->line[key])
			return error_set(r->e, STATUS_CONFIG, "%s: %s is missing", r->ini.path,
				keys[key].name);
		if (keys[key].of_role && r->line[key] && !r->line[ROLE_ARN])
			return fault_of(r, key, "is good only with role_arn");
	}
	/* NULL: a hardware token, which has no account in its name. */
	if (account && strncmp(account, r->value[ACCOUNT].data, ACCOUNT_DIGITS) != 0)
		return fault_of(r, DEVICE, "is of another AWS account than the entry");
	return r->line[DURATION] ? check_duration_of(r, seconds) : STATUS_OK;
}

static void give(struct reading *r, struct entry *entry)
{
	char **const to[N_KEYS] = {
		[USER] = &entry->user,
		[ACCESS_KEY_ID] = &entry->access_key_id,
		[DEVICE] = &entry->device,
		[ACCOUNT] = &entry->account,
		[PROFILE] = &entry->profile,
		[ROLE_ARN] = &entry->role_arn,
		[EXTERNAL_ID] = &entry->external_id,
		[ROLE_SESSION_NAME] = &entry->role_session_name,
		[SOURCE_IDENTITY] = &entry->source_identity,
		[SESSION_POLICY] = &entry->session_policy,
	};

	entry->uid = (uid_t)record_number(r->value[UID].data);
	entry->secret_access_key = r->value[SECRET_ACCESS_KEY];
	r->value[SECRET_ACCESS_KEY] = (struct secret){0};
	for (enum key key = 0; key < N_KEYS; key++) {
		if (!to[key])
			continue;
		*to[key] = r->value[key].data;
		r->value[key] = (struct secret){0};
	}
}

enum status entry_parse(
	struct entry *entry, const char *path, struct secret *bytes, struct error *e)
{
	struct reading r = {.e = e};
	enum status rc = check_bytes(path, bytes, e);

	*entry = (struct entry){0};
	if (rc == STATUS_OK)
		rc = ini_parse(&r.ini, path, bytes, NULL, NULL, e);
	if (rc == STATUS_OK)
		rc = take_lines(&r);
	if (rc == STATUS_OK)
		rc = check_together(&r, &entry->duration);
	if (rc == STATUS_OK)
		give(&r, entry);
	for (enum key key = 0; key < N_KEYS; key++)
		secret_free(&r.value[key]);
	ini_free(&r.ini);
	secret_free(bytes);
	return rc;
}

/* --- the file --- */

static enum status check_file(const struct stat *st, const char *path, struct error *e)
{
	if (!S_ISREG(st->st_mode))
		return error_set(e, STATUS_CONFIG, "%s: is no regular file", path);
	if (st->st_uid != 0 || st->st_gid != 0)
		return error_set(e, STATUS_CONFIG,
			"%s: belongs to user %lu, group %lu; expected root: whoever wrote it may "
			"know the keys, so add the user again",
			path, (unsigned long)st->st_uid, (unsigned long)st->st_gid);
	if (st->st_mode & 07177)
		return error_set(e, STATUS_CONFIG,
			"%s: has mode %04o; expected 0600: if others could read it, its key is no "
			"secret any more",
			path, st->st_mode & 07777);
	if (st->st_nlink != 1)
		return error_set(e, STATUS_CONFIG, "%s: has %lu names (hard links); expected one",
			path, (unsigned long)st->st_nlink);
	if (st->st_size > (off_t)ENTRY_MAX_BYTES)
		return error_set(
			e, STATUS_CONFIG, "%s: is larger than %zu bytes", path, ENTRY_MAX_BYTES);
	return STATUS_OK;
}

enum status entry_read(struct entry *entry, int fd, const char *path, struct error *e)
{
	struct secret bytes;
	struct stat st;
	enum status rc;

	*entry = (struct entry){0};
	if (fstat(fd, &st) < 0)
		return error_system(e, path);
	rc = check_file(&st, path, e);
	if (rc == STATUS_OK)
		rc = file_read_fd(fd, path, &bytes, &st, e);
	return rc == STATUS_OK ? entry_parse(entry, path, &bytes, e) : rc;
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

void entry_free(struct entry *entry)
{
	char *const texts[] = {entry->user, entry->access_key_id, entry->device, entry->account,
		entry->profile, entry->role_arn, entry->external_id, entry->role_session_name,
		entry->source_identity, entry->session_policy};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		secret_free_string(texts[i]);
	secret_free(&entry->secret_access_key);
	*entry = (struct entry){0};
}
