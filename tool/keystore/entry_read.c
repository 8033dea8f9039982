#include "entry.h"

#include "ascii.h"
#include "entry_file.h"
#include "file/file.h"
#include "ini/ini.h"
#include "record.h"
#include "settings/value.h"
#include "sts_limits.h"

#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

struct entry_reading {
	struct ini ini;
	struct secret value[N_ENTRY_KEYS];
	size_t line[N_ENTRY_KEYS]; /* 0: not there */
	size_t n_sections;
	struct error *e;
};

/* --- the lines --- */

static enum status fault(const struct entry_reading *r, size_t line, const char *what)
{
	return error_set(r->e, STATUS_CONFIG, "%s:%zu: %s", r->ini.path, line, what);
}

static enum status fault_of(const struct entry_reading *r, enum entry_key key, const char *what)
{
	return error_set(r->e, STATUS_CONFIG, "%s:%zu: %s: %s", r->ini.path, r->line[key],
		entry_rules[key].name, what);
}

static bool is_blank(const struct ini *ini, uint32_t from, uint32_t to)
{
	while (from < to && strchr(" \t\n", ini->bytes.data[from]))
		from++;
	return from == to;
}

static enum status take_header(struct entry_reading *r, const struct ini_line *l, size_t line)
{
	const struct ini *ini = &r->ini;

	if (l->name_len != strlen(ENTRY_SECTION) ||
		memcmp(ini->bytes.data + l->name, ENTRY_SECTION, l->name_len) != 0 ||
		!is_blank(ini, l->name + l->name_len + 1, l->end))
		return fault(r, line, "expected no other section than [" ENTRY_SECTION "]");
	if (r->n_sections++ > 0)
		return fault(r, line, "[" ENTRY_SECTION "] is there twice");
	return STATUS_OK;
}

/* Returns N_ENTRY_KEYS for an unknown key. */
static enum entry_key find_key(const struct ini *ini, const struct ini_line *l)
{
	enum entry_key key = 0;

	while (key < N_ENTRY_KEYS &&
		(strlen(entry_rules[key].name) != l->name_len ||
			memcmp(ini->bytes.data + l->name, entry_rules[key].name, l->name_len) != 0))
		key++;
	return key;
}

static enum status take_key(struct entry_reading *r, const struct ini_line *l, size_t line)
{
	const struct ini *ini = &r->ini;
	const char *after = ini->bytes.data + l->name + l->name_len, *expected;
	enum entry_key key = find_key(ini, l);

	/* An unknown key may be the second half of a secret. */
	if (key == N_ENTRY_KEYS)
		return fault(r, line, "unknown key; aws-mfa-keystore(8) lists all keys");
	if (after[strspn(after, " \t")] != '=')
		return fault(r, line, "expected KEY = VALUE");
	if (r->line[key])
		return error_set(r->e, STATUS_CONFIG, "%s:%zu: %s is in line %zu already",
			ini->path, line, entry_rules[key].name, r->line[key]);
	r->line[key] = line;
	if (!is_blank(ini, l->value + l->value_len, l->end))
		return fault_of(r, key, "expected no comment behind the value");
	if (!secret_copy(&r->value[key], ini->bytes.data + l->value, l->value_len))
		return error_system(r->e, ini->path);
	expected = ascii_has_control(r->value[key].data)
		? "expected no control characters"
		: entry_rules[key].check(r->value[key].data);
	return expected ? fault_of(r, key, expected) : STATUS_OK;
}

static enum status take_lines(struct entry_reading *r)
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
				"expected [" ENTRY_SECTION "], and below it lines of KEY = VALUE");
	}
	return rc;
}

/* --- all together --- */

/* An entry has no NUL and no CR. Threat: a NUL would hide the end of a line. */
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

static enum status check_duration_of(const struct entry_reading *r, long *seconds)
{
	bool role = r->value[KEY_ROLE_ARN].data;

	value_duration(r->value[KEY_DURATION].data, seconds);
	return *seconds <= sts_session_longest(role ? 1 : 0)
		? STATUS_OK
		: fault_of(r, KEY_DURATION, STS_ROLE_SESSION_TOO_LONG);
}

static enum status check_together(const struct entry_reading *r, long *seconds)
{
	const char *account =
		r->value[KEY_DEVICE].data ? value_account(r->value[KEY_DEVICE].data) : NULL;

	for (enum entry_key key = 0; key < N_ENTRY_KEYS; key++) {
		if (entry_rules[key].required && !r->line[key])
			return error_set(r->e, STATUS_CONFIG, "%s: %s is missing", r->ini.path,
				entry_rules[key].name);
		if (entry_rules[key].of_role && r->line[key] && !r->line[KEY_ROLE_ARN])
			return fault_of(r, key, "is good only with role_arn");
		/* Threat: messages and the log quote other values. */
		if (key != KEY_SECRET_ACCESS_KEY && r->line[key] &&
			secret_equal(&r->value[key], &r->value[KEY_SECRET_ACCESS_KEY]))
			return fault_of(r, key, "is the secret; expected another value");
	}
	/* NULL: a hardware token, which has no account in its name. */
	if (account && strncmp(account, r->value[KEY_ACCOUNT].data, ACCOUNT_DIGITS) != 0)
		return fault_of(r, KEY_DEVICE, "is of another AWS account than the entry");
	return r->line[KEY_DURATION] ? check_duration_of(r, seconds) : STATUS_OK;
}

static void give(struct entry_reading *r, struct entry *entry)
{
	for (enum entry_key key = 0; key < N_ENTRY_KEYS; key++) {
		char **to = entry_text(entry, key);

		if (!to)
			continue;
		*to = r->value[key].data;
		if (key == KEY_SECRET_ACCESS_KEY)
			entry->secret_access_key.size = r->value[key].size;
		r->value[key] = (struct secret){0};
	}
	entry->uid = (uid_t)record_number(r->value[KEY_UID].data);
}

enum status entry_parse(
	struct entry *entry, const char *path, struct secret *bytes, struct error *e)
{
	struct entry_reading r = {.e = e};
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
	for (enum entry_key key = 0; key < N_ENTRY_KEYS; key++)
		secret_free(&r.value[key]);
	ini_free(&r.ini);
	secret_free(bytes);
	return rc;
}

/* --- the file --- */

enum status entry_read(struct entry *entry, int fd, const char *path, struct error *e)
{
	struct secret bytes;
	char why[256];
	struct stat st;
	enum status rc;

	*entry = (struct entry){0};
	if (fstat(fd, &st) < 0)
		return error_system(e, path);
	if (!entry_file_is_good(&st, why, sizeof(why)))
		return error_set(e, STATUS_CONFIG, "%s: %s", path, why);
	rc = file_read_fd(fd, path, &bytes, &st, e);
	return rc == STATUS_OK ? entry_parse(entry, path, &bytes, e) : rc;
}
