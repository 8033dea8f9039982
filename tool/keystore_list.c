/* aws-mfa keystore list and show: what the entries hold, all but the secrets. */
#include "keystore_verbs.h"
#include "text/json.h"
#include "text/width.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { USER, UID, ACCOUNT, DEVICE, ROLE, KEY, N_COLUMNS };

struct entry_row {
	struct entry entry;
	bool readable;
	char uid[16];
	char note[1200]; /* why a login would be refused; empty: it would not */
	const char *cell[N_COLUMNS];
};

/* --- one entry --- */

static void note_account(struct entry_row *r)
{
	struct error e;
	uid_t uid;
	enum status rc = entry_account(r->entry.user, &uid, &e);

	if (rc == STATUS_NOT_SET_UP)
		snprintf(r->note, sizeof(r->note), "no such user on this host");
	else if (rc != STATUS_OK)
		snprintf(r->note, sizeof(r->note), "%s", e.text);
	else if (uid != r->entry.uid)
		snprintf(r->note, sizeof(r->note), "is uid %lu now: another person?",
			(unsigned long)uid);
}

static enum status read_row(int folder, const char *name, struct entry_row *r, struct error *e)
{
	struct stat st;
	enum status rc;

	*r = (struct entry_row){.readable = false};
	rc = entries_read(folder, name, &r->entry, &st, e);
	if (rc != STATUS_OK && rc != STATUS_CONFIG)
		return rc;
	for (size_t i = 0; i < N_COLUMNS; i++)
		r->cell[i] = "-";
	r->cell[USER] = name;
	if (rc == STATUS_CONFIG) {
		snprintf(r->note, sizeof(r->note), "%s", e->text);
		return STATUS_OK;
	}
	r->readable = true;
	snprintf(r->uid, sizeof(r->uid), "%lu", (unsigned long)r->entry.uid);
	r->cell[UID] = r->uid;
	r->cell[ACCOUNT] = r->entry.account;
	r->cell[DEVICE] = keystore_short(r->entry.device);
	r->cell[ROLE] = keystore_short(r->entry.role_arn);
	r->cell[KEY] = r->entry.access_key_id;
	note_account(r);
	return STATUS_OK;
}

/* --- for programs --- */

static void print_json(const struct entry_row *r)
{
	const struct entry *entry = &r->entry;

	json_member(stdout, "{", "User", r->cell[USER]);
	printf(",\"Uid\":%s", r->readable ? r->uid : "null");
	json_member(stdout, ",", "AccountId", entry->account);
	json_member(stdout, ",", "AccessKeyId", entry->access_key_id);
	json_member(stdout, ",", "SerialNumber", entry->device);
	json_member(stdout, ",", "Profile", entry->profile);
	json_member(stdout, ",", "RoleArn", entry->role_arn);
	json_member(stdout, ",", "ExternalId", entry->external_id);
	json_member(stdout, ",", "RoleSessionName", entry->role_session_name);
	json_member(stdout, ",", "SourceIdentity", entry->source_identity);
	json_member(stdout, ",", "SessionPolicy", entry->session_policy);
	json_number(stdout, "Duration", entry->duration, entry->duration > 0);
	json_member(stdout, ",", "Note", r->note[0] ? r->note : NULL);
	putchar('}');
}

/* --- for people --- */

static void print_cells(const char *const cell[N_COLUMNS], const size_t width[N_COLUMNS])
{
	for (size_t c = 0; c + 1 < N_COLUMNS; c++)
		printf("%*s", (int)(width[c] - width_print(stdout, cell[c])) + 2, "");
	puts(cell[N_COLUMNS - 1]);
}

static void print_table(const struct entry_row *rows, size_t n)
{
	static const char *const heads[N_COLUMNS] = {
		"USER", "UID", "ACCOUNT", "DEVICE", "ROLE", "KEY"};
	size_t width[N_COLUMNS] = {0}, cell;

	for (size_t c = 0; c < N_COLUMNS; c++) {
		width[c] = strlen(heads[c]);
		for (size_t i = 0; i < n; i++)
			if ((cell = width_print(NULL, rows[i].cell[c])) > width[c])
				width[c] = cell;
	}
	print_cells(heads, width);
	for (size_t i = 0; i < n; i++) {
		print_cells(rows[i].cell, width);
		if (rows[i].note[0]) {
			fputs("  ", stdout);
			width_print(stdout, rows[i].note);
			putchar('\n');
		}
	}
}

/* One line for each key that is set. */
static void print_entry(const struct entry_row *r)
{
	const struct entry *entry = &r->entry;
	char duration[32] = "";
	const struct {
		const char *name, *value;
	} lines[] = {
		{"user", entry->user},
		{"uid", r->uid},
		{"account", entry->account},
		{"access key ID", entry->access_key_id},
		{"secret key", "(not shown)"},
		{"MFA device", entry->device},
		{"profile", entry->profile},
		{"role", entry->role_arn},
		{"external ID", entry->external_id},
		{"session name", entry->role_session_name},
		{"source identity", entry->source_identity},
		{"session policy", entry->session_policy},
		{"duration", duration},
		{"note", r->note},
	};

	if (entry->duration > 0)
		snprintf(duration, sizeof(duration), "%ld s", entry->duration);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (lines[i].value && *lines[i].value) {
			printf("%-17s", lines[i].name);
			width_print(stdout, lines[i].value);
			putchar('\n');
		}
}

/* --- the verbs --- */

static void print_list(const struct entry_row *rows, size_t n, bool json)
{
	if (json) {
		fputs("{\"Version\":1,\"Entries\":[", stdout);
		for (size_t i = 0; i < n; i++) {
			fputs(i > 0 ? "," : "", stdout);
			print_json(&rows[i]);
		}
		puts("]}");
	} else if (n == 0) {
		puts("There is no entry. The first one: aws-mfa keystore add USER");
	} else {
		print_table(rows, n);
	}
}

static enum status list(const struct keystore *k, int folder, struct error *e)
{
	struct entry_names names;
	struct entry_row *rows = NULL;
	size_t n = 0;
	enum status rc = entries_names(folder, &names, e);

	if (rc == STATUS_OK) {
		rows = calloc(names.n + 1, sizeof(*rows));
		if (!rows)
			rc = error_system(e, "keystore");
	}
	for (size_t i = 0; rows && rc == STATUS_OK && i < names.n; i++) {
		rc = read_row(folder, names.name[i], &rows[n], e);
		if (rc == STATUS_OK)
			n++;
		else if (rc == STATUS_NOT_SET_UP) /* removed meanwhile */
			rc = STATUS_OK;
	}
	if (rows && rc == STATUS_OK)
		print_list(rows, n, k->line->option[KEYSTORE_JSON]);
	for (size_t i = 0; rows && i < names.n; i++)
		entry_free(&rows[i].entry);
	free(rows);
	entries_free_names(&names);
	return rc;
}

static enum status show(const struct keystore *k, int folder, struct error *e)
{
	struct entry_row row;
	enum status rc = read_row(folder, k->users[0], &row, e);

	if (rc == STATUS_OK && !row.readable)
		rc = error_set(e, STATUS_CONFIG, "%s", row.note);
	if (rc == STATUS_OK && k->line->option[KEYSTORE_JSON]) {
		print_json(&row);
		putchar('\n');
	} else if (rc == STATUS_OK) {
		print_entry(&row);
	}
	entry_free(&row.entry);
	return rc;
}

enum status keystore_list(const struct keystore *k, struct error *e)
{
	int folder;
	enum status rc = entries_open(false, &folder, e);

	if (rc == STATUS_OK)
		rc = list(k, folder, e);
	if (folder >= 0)
		close(folder);
	return rc;
}

enum status keystore_show(const struct keystore *k, struct error *e)
{
	int folder;
	enum status rc = entries_open(false, &folder, e);

	if (rc == STATUS_OK)
		rc = show(k, folder, e);
	if (folder >= 0)
		close(folder);
	return rc;
}
