/* aws-mfa keystore check: would each entry let its user in? It changes nothing and spends no code.
 */
#include "call.h"
#include "doctor/report.h"
#include "keystore/entry_settings.h"
#include "keystore_verbs.h"
#include "settings/settings.h"
#include "sts_limits.h"
#include "text/color.h"
#include "text/json.h"
#include "text/shell.h"
#include "text/width.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DAY 86400

/* What AWS says of the keys of one entry. */
struct proof {
	char user[256];
	const char *key, *device, *rights; /* "ok", "refused", ...; "-": not asked */
	long days;                         /* the age of the key; -1: IAM does not say */
};

struct check {
	const struct keystore *k;
	int folder;
	struct settings settings;
	struct findings findings;
	struct proof *proofs;
	size_t n;
	bool unreachable; /* AWS was not reached: do not ask about further entries */
};

static bool has_device(struct caller *c, const char *serial, bool *known, struct error *e)
{
	struct call_device devices[ITEMS_MAX];
	size_t n;

	*known = call_list_devices(c, devices, &n, e) == STATUS_OK;
	for (size_t i = 0; *known && i < n; i++)
		if (strcmp(devices[i].serial, serial) == 0)
			return true;
	return false;
}

static long key_days(struct caller *c, const char *id, struct error *e)
{
	struct call_key keys[ITEMS_MAX];
	size_t n;

	if (call_list_keys(c, keys, &n, e) != STATUS_OK)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (strcmp(keys[i].id, id) == 0 && keys[i].created > 0)
			return (long)((time(NULL) - keys[i].created) / DAY);
	return -1;
}

static void judge_device(struct check *c, struct caller *caller, const struct entry *entry,
	const char *path, struct proof *p)
{
	struct error e;
	bool known, there = has_device(caller, entry->device, &known, &e);

	p->device = !known ? "cannot look" : there ? "ok" : "gone";
	/* Not `add`: it would drop what no option of this line names, such as the policy. */
	if (known && !there)
		findings_add(&c->findings, "device", FINDING_FAULT, path, 0,
			"AWS knows no device %s of this user any more. Write the new one there: "
			"\"A device is lost\" in aws-mfa-keystore(8)",
			entry->device);
}

/* May a session of this entry make keys? The role decides, or else the user. */
static void judge_rights(struct check *c, struct caller *caller, const struct call_identity *who,
	const struct entry *entry, const char *path, struct proof *p)
{
	const char *source = entry->role_arn ? entry->role_arn : who->arn;
	char allowed[CALL_RIGHTS_SIZE];
	struct error e;

	p->rights = "cannot look";
	if (call_rights(caller, source, who->arn, allowed, &e) != STATUS_OK)
		return;
	p->rights = *allowed ? "too many" : "ok";
	if (*allowed)
		findings_add(&c->findings, "rights", FINDING_WARNING, path, 0,
			"a session of %s may do what no session should:%s. Attach the policy "
			"keystore-no-new-keys of aws-mfa-keystore(8)",
			entry->user, allowed);
}

/* Asks AWS about one entry. */
static void prove(struct check *c, const struct entry *entry, const char *path, struct proof *p)
{
	struct sts_request request = sts_request_of(&c->settings);
	struct caller caller;
	struct call_identity who;
	struct error e;
	enum status rc;

	request.access_key_id = entry->access_key_id;
	request.secret_access_key = &entry->secret_access_key;
	rc = call_start(&caller, &request, &e);
	if (rc == STATUS_OK)
		rc = call_identity(&caller, &who, &e);
	if (rc == STATUS_OK && strcmp(who.account, entry->account) != 0) {
		p->key = "other account";
		findings_add(&c->findings, "account", FINDING_FAULT, path, 0,
			"the key is of account %.64s, the entry of account %s", who.account,
			entry->account);
	} else if (rc == STATUS_OK) {
		p->key = "ok";
	} else if (rc == STATUS_CONFIG && caller.aws_error[0]) {
		p->key = "refused";
		findings_add(&c->findings, "key", FINDING_FAULT, path, 0, "%s", e.text);
	} else {
		p->key = "not asked";
		c->unreachable = true;
		findings_add(&c->findings, "aws", FINDING_FAULT, NULL, 0, "%s", e.text);
	}
	if (rc == STATUS_OK) {
		judge_device(c, &caller, entry, path, p);
		judge_rights(c, &caller, &who, entry, path, p);
		p->days = key_days(&caller, entry->access_key_id, &e);
	}
	call_end(&caller);
}

static void judge_account(struct check *c, const struct entry *entry, const char *path)
{
	struct findings *l = &c->findings;
	char word[SHELL_PROFILE_SIZE];
	struct error e;
	enum status rc = entry_check_account(entry, path, &e);

	if (rc == STATUS_CONFIG)
		findings_take(l, "uid", FINDING_FAULT, e.text);
	else if (rc != STATUS_OK)
		findings_add(l, "user", FINDING_FAULT, path, 0, "%s", e.text);
	if (rc == STATUS_NOT_SET_UP)
		findings_run(l, "aws-mfa keystore remove %s", shell_operand(entry->user, word));
}

static void judge_settings(struct check *c, const struct entry *entry, const char *path)
{
	struct error e;

	if (entry_settings_check(entry, path, &e) == STATUS_OK)
		return;
	/* A fault of the site's file stops all users, so it is told for each. */
	if (strncmp(e.text, path, strlen(path)) == 0)
		findings_take(&c->findings, "settings", FINDING_FAULT, e.text);
	else
		findings_add(&c->findings, "settings", FINDING_FAULT, path, 0, "%s", e.text);
}

static enum status look_at(struct check *c, const char *name, struct error *e)
{
	struct proof *p = &c->proofs[c->n++];
	char path[ENTRIES_PATH_SIZE];
	struct entry entry;
	struct stat st;
	enum status rc = entries_read(c->folder, name, &entry, &st, e);

	*p = (struct proof){.key = "-", .device = "-", .rights = "-", .days = -1};
	snprintf(p->user, sizeof(p->user), "%s", name);
	entries_path(name, path);
	if (rc == STATUS_NOT_SET_UP && c->k->n_users == 0) { /* removed meanwhile */
		c->n--;
		rc = STATUS_OK;
	} else if (rc == STATUS_CONFIG || rc == STATUS_NOT_SET_UP) {
		p->key = rc == STATUS_CONFIG ? "unreadable" : "no entry";
		findings_take(&c->findings, "entry", FINDING_FAULT, e->text);
		rc = STATUS_OK;
	} else if (rc == STATUS_OK) {
		judge_account(c, &entry, path);
		judge_settings(c, &entry, path);
		if (!c->unreachable)
			prove(c, &entry, path, p);
	}
	entry_free(&entry);
	return rc;
}

/* --- what is printed --- */

static void print_table(const struct check *c)
{
	size_t width = 4, user;

	for (size_t i = 0; i < c->n; i++)
		if ((user = width_print(NULL, c->proofs[i].user)) > width)
			width = user;
	printf("%-*s  %-13s  %-11s  %-11s  %s\n", (int)width, "USER", "KEY", "DEVICE", "RIGHTS",
		"AGE OF THE KEY");
	for (size_t i = 0; i < c->n; i++) {
		const struct proof *p = &c->proofs[i];

		user = width_print(stdout, p->user);
		printf("%*s  %-13s  %-11s  %-11s  ", (int)(width - user), "", p->key, p->device,
			p->rights);
		if (p->days >= 0)
			printf("%ld d\n", p->days);
		else
			puts("-");
	}
}

static void print_json(const struct check *c)
{
	printf("{\"Version\":1,\"Ok\":%s,\"Findings\":",
		findings_ok(&c->findings) ? "true" : "false");
	report_print_findings_json(stdout, &c->findings);
	fputs(",\"Entries\":[", stdout);
	for (size_t i = 0; i < c->n; i++) {
		const struct proof *p = &c->proofs[i];

		json_member(stdout, i > 0 ? ",{" : "{", "User", p->user);
		json_member(stdout, ",", "Key", p->key);
		json_member(stdout, ",", "Device", p->device);
		json_member(stdout, ",", "Rights", p->rights);
		json_number(stdout, "KeyDays", p->days, p->days >= 0);
		putchar('}');
	}
	puts("]}");
}

static void print(const struct check *c)
{
	const struct report_look look = {.columns = width_of_terminal(STDOUT_FILENO),
		.color = color_wanted(STDOUT_FILENO),
		.again = "aws-mfa keystore check"};

	if (c->k->line->option[KEYSTORE_JSON]) {
		print_json(c);
		return;
	}
	if (c->n > 0)
		print_table(c);
	report_print(stdout, &c->findings, &look);
}

static enum status check(struct check *c, struct error *e)
{
	const struct keystore *k = c->k;
	struct entry_names all = {0};
	enum status rc = entry_settings_reach(&c->settings, e);
	char **names = k->users;
	size_t n = k->n_users;

	if (rc == STATUS_OK && n == 0) {
		rc = entries_names(c->folder, &all, e);
		names = all.name;
		n = all.n;
	}
	if (rc == STATUS_OK) {
		c->proofs = calloc(n + 1, sizeof(*c->proofs));
		if (!c->proofs)
			rc = error_system(e, "keystore");
	}
	for (size_t i = 0; c->proofs && rc == STATUS_OK && i < n; i++)
		rc = look_at(c, names[i], e);
	if (rc == STATUS_OK && c->findings.failed)
		rc = error_system(e, "keystore");
	if (rc == STATUS_OK && c->proofs) {
		print(c);
		if (!findings_ok(&c->findings))
			rc = STATUS_NO_SESSION;
	}
	free(c->proofs);
	entries_free_names(&all);
	settings_free(&c->settings);
	return rc;
}

enum status keystore_check(const struct keystore *k, struct error *e)
{
	struct check c = {.k = k};
	enum status rc = entries_open(false, &c.folder, e);

	findings_init(&c.findings);
	if (rc == STATUS_OK)
		rc = check(&c, e);
	if (rc == STATUS_NO_SESSION)
		e->text[0] = '\0';
	findings_free(&c.findings);
	if (c.folder >= 0)
		close(c.folder);
	return rc;
}
