/* Keystore mode: who judges the codes, and the entries of the users. */
#include "judge.h"

#include "file/read.h"
#include "installed.h"
#include "keystore/entries.h"
#include "keystore/entry_settings.h"
#include "paths.h"
#include "root_folder.h"
#include "settings/settings.h"
#include "text/shell.h"
#include "units.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DOOR AWS_MFA_KEYSTORE_SOCKET
#define SOCKET "aws-mfa-keystore.socket"
#define SERVICE "aws-mfa-keystore@.service"
#define INSTALL "Install the package of pam_aws_mfa again"

/* --- the lines --- */

static bool asks_keystore(const struct stack_line *line)
{
	struct ours o;

	if (!ours_is(line))
		return false;
	ours_parse(&o, line);
	return o.keystore;
}

/* The first line of this type with `keystore`; NULL if there is none. */
static const struct stack_line *line_of(const struct view *v, enum stack_type type)
{
	const struct stack_lines *of = &v->stack.of[type];

	for (size_t i = 0; i < of->n; i++)
		if (asks_keystore(of->line[i]))
			return of->line[i];
	return NULL;
}

/* Only auth asks. */
static void judge_auth(struct view *v)
{
	const struct stack_line *other = line_of(v, STACK_ACCOUNT), *line = view_line(v);
	char text[512];

	if (!other)
		return;
	judge_at(v, "keystore-auth", FINDING_FAULT, line,
		"keystore is missing here, and the account line (:%u) has it: auth asks with what "
		"stands in the user's own files. This line must read:",
		other->number);
	findings_write(v->l, "%s", judge_line_text(other, "auth", text, sizeof(text)));
}

/*
 * A module of another installation connects elsewhere. Its messages name the socket; the path
 * alone may be part of the code.
 */
static void judge_module(struct view *v, const struct stack_line *line)
{
	struct secret bytes = {0};
	enum file_found found;
	char path[4096];
	struct error e;
	struct stat st;

	if (installed_find(line->module, v->root, &v->lib, path, sizeof(path)) &&
		file_read(path, &bytes, &st, &found, &e) == STATUS_OK &&
		!memmem(bytes.data, bytes.size, DOOR, strlen(DOOR)))
		findings_add(v->l, "keystore-version", FINDING_FAULT, path, 0,
			"is of another version or installation than " AWS_MFA_PATH
			": it does not connect to " DOOR ". " INSTALL);
	secret_free(&bytes);
}

/* --- the units --- */

static bool is_masked(const char *shown)
{
	return units_is(shown, "LoadState", "masked");
}

/* and: what brings the socket back after the unit is unmasked. */
static bool is_loaded(struct view *v, const char *unit, const char *shown, const char *and)
{
	if (units_is(shown, "LoadState", "loaded"))
		return true;
	findings_add(v->l, "keystore-unit", FINDING_FAULT, NULL, 0,
		"%s is %s, so every login is refused%s", unit,
		is_masked(shown) ? "masked" : "not installed",
		is_masked(shown) ? "" : ". " INSTALL);
	if (is_masked(shown))
		findings_run(v->l, "systemctl unmask %s%s && systemctl %s " SOCKET,
			units_is(shown, "UnitFileState", "masked-runtime") ? "--runtime " : "",
			unit, and);
	return false;
}

static void judge_door_unit(struct view *v, const char *shown)
{
	const char *state = units_value(shown, "ActiveState");
	const char *listens = units_value(shown, "Listen");
	size_t len = strcspn(listens, " \n");
	bool active = units_is(shown, "ActiveState", "active");
	bool enabled = units_is(shown, "UnitFileState", "enabled");

	if (!is_loaded(v, SOCKET, shown, "enable --now"))
		return;
	if (strlen(DOOR) != len || memcmp(listens, DOOR, len) != 0) {
		findings_add(v->l, "keystore-unit", FINDING_FAULT, NULL, 0,
			SOCKET " listens at %.*s, but the module connects to " DOOR
			       ". Drop the change of the unit:",
			(int)len, listens);
		findings_run(v->l, "systemctl revert " SOCKET " && systemctl restart " SOCKET);
	} else if (!active || !enabled) {
		findings_add(v->l, "keystore-unit", active ? FINDING_WARNING : FINDING_FAULT, NULL,
			0, SOCKET " is %.*s and %s: %severy login is refused",
			(int)strcspn(state, "\n"), state, enabled ? "enabled" : "not enabled",
			active ? "after the next start of this host " : "");
		findings_run(v->l, "systemctl enable --now " SOCKET);
	}
}

static void judge_service(struct view *v, const char *shown)
{
	char program[512] = "";

	if (!is_loaded(v, SERVICE, shown, "restart") ||
		sscanf(units_value(shown, "ExecStart"), "{ path=%511[^ \n]", program) != 1 ||
		strcmp(program, AWS_MFA_PATH) == 0)
		return;
	findings_add(v->l, "keystore-version", FINDING_FAULT, NULL, 0,
		SERVICE " starts %s%s: the module belongs to " AWS_MFA_PATH
			". Drop the change of the unit, or install the package again:",
		program, access(program, X_OK) == 0 ? "" : ", which cannot be run");
	findings_run(v->l, "systemctl revert " SERVICE);
}

/* False: nobody listens, as is said. */
static bool judge_units(struct view *v)
{
	static const char *const units[] = {SOCKET, "aws-mfa-keystore@x.service", NULL};
	const size_t *n = v->l->n, faults = n[FINDING_FAULT], before = faults + n[FINDING_WARNING];
	struct secret shown = {0};
	char why[128], *second;

	if (units_ask(&shown, "LoadState,ActiveState,UnitFileState,Listen,ExecStart", units, why,
		    sizeof(why)) &&
		(second = units_next(shown.data))) {
		/* The first login makes a socket fail that starts a masked service. */
		if (!is_masked(second) || !units_is(shown.data, "ActiveState", "failed"))
			judge_door_unit(v, shown.data);
		judge_service(v, second);
		if (n[FINDING_FAULT] + n[FINDING_WARNING] == before)
			findings_pass(v->l, "units", SOCKET " listens, now and after a restart");
	} else {
		findings_add(v->l, "keystore-unit", FINDING_NOTE, NULL, 0,
			"cannot tell whether " SOCKET " is enabled: %s", why);
	}
	secret_free(&shown);
	return n[FINDING_FAULT] == faults;
}

/* --- the socket --- */

/* The module refuses such a folder. */
static void judge_run_folder(struct view *v)
{
	struct error e;
	int folder = root_folder_open(AWS_MFA_RUN_DIR, S_IWGRP | S_IWOTH, e.text, sizeof(e.text));

	if (folder >= 0)
		close(folder);
	else if (errno != ENOENT)
		findings_take(v->l, "keystore-socket", FINDING_FAULT, e.text);
}

static void judge_socket(struct view *v, bool may_listen)
{
	size_t before = v->l->n[FINDING_FAULT];
	struct stat st;

	if (lstat(DOOR, &st) != 0 || !S_ISSOCK(st.st_mode)) {
		if (!may_listen)
			return;
		findings_add(v->l, "keystore-socket", FINDING_FAULT, DOOR, 0,
			"there is no socket, so every login is refused");
		findings_run(v->l, "systemctl restart " SOCKET);
	} else if (st.st_uid != 0 || st.st_gid != 0 || (st.st_mode & 07777) != 0600) {
		findings_add(v->l, "keystore-socket", FINDING_FAULT, DOOR, 0,
			"others than root may connect (mode %04o, owner %u:%u)",
			(unsigned)st.st_mode & 07777, (unsigned)st.st_uid, (unsigned)st.st_gid);
		findings_run(v->l, "chown root:root " DOOR " && chmod 0600 " DOOR);
	}
	judge_run_folder(v);
	if (v->l->n[FINDING_FAULT] == before)
		findings_pass(v->l, "socket", "only root can connect to " DOOR);
}

/* --- the entries --- */

/* verb: add or remove */
static void mend_by(struct view *v, const char *verb, const char *user)
{
	char word[1100];

	if (shell_quote(user, strlen(user), word, sizeof(word)))
		findings_run(v->l, "aws-mfa keystore %s %s", verb, word);
}

/* A login would not take this file. */
static void tell_unread(struct view *v, const char *name, struct error *e)
{
	const struct finding *before = v->l->last;

	/* The command mends more than the last words of the message. */
	for (char *at = strstr(e->text, "; "); at; at = strstr(at, "; "))
		*at = ',';
	findings_take(v->l, "keystore-entry", FINDING_FAULT, e->text);
	/* A line can be mended. `add` would want the role and the policy once more. */
	if (v->l->last != before && v->l->last->line == 0)
		mend_by(v, "add", name);
}

/* What a login takes from the entry, from the line and from the site's file. */
static enum status load(
	const struct stack_line *line, const struct entry *entry, const char *path, struct error *e)
{
	struct settings s = {.mode = MODE_KEYSTORE};
	struct entry_login login = {NULL, NULL};
	struct ours o;
	enum status rc;

	ours_parse(&o, line);
	login.profile = o.profile;
	rc = entry ? entry_settings(&s, entry, path, &login, e) : entry_settings_reach(&s, e);
	settings_free(&s);
	return rc;
}

/* Would the entry let its user in? True: it would, as far as can be seen here. */
static bool judge_entry(struct view *v, int folder, const struct stack_line *line, const char *name)
{
	char path[ENTRIES_PATH_SIZE];
	struct entry entry = {0};
	struct stat st;
	struct error e;
	enum status rc = entries_read(folder, name, &entry, &st, &e);

	entries_path(name, path);
	if (rc != STATUS_OK) {
		tell_unread(v, name, &e);
	} else if ((rc = entry_check_account(&entry, path, &e)) == STATUS_NOT_SET_UP) {
		findings_add(v->l, "keystore-entry", FINDING_WARNING, path, 0,
			"there is no such user on this host");
		mend_by(v, "remove", name);
	} else if (rc != STATUS_OK || (rc = load(line, &entry, path, &e)) != STATUS_OK) {
		findings_take(v->l, "keystore-entry", FINDING_FAULT, e.text);
	}
	entry_free(&entry);
	return rc == STATUS_OK;
}

/* Without a code, this user does not get in. */
static bool needs_entry(const struct view *v, const struct stack_line *line)
{
	const struct passwd *pw = getpwnam(v->user);
	bool needs = !pw || !ours_exempts(line, pw->pw_uid);

	for (int way = 0; way < N_WAYS; way++)
		needs = needs && !(v->allowed[way] && v->end[way][OUTCOME_WRONG].in);
	return needs;
}

static void judge_entries(struct view *v, int folder, const struct stack_line *line)
{
	struct entry_names names = {0};
	struct error e;
	size_t good = 0;

	if (entries_names(folder, &names, &e) != STATUS_OK)
		findings_take(v->l, "keystore-keys", FINDING_FAULT, e.text);
	if (names.left > 0) {
		findings_add(v->l, "keystore-left", FINDING_WARNING, AWS_MFA_KEYS_DIR, 0,
			"an interrupted change has left %zu file%s here, and keys may stand in it",
			names.left, names.left > 1 ? "s" : "");
		findings_run(v->l, "rm -f " AWS_MFA_KEYS_DIR "/-*");
	}
	if (names.n == 0) {
		findings_add(v->l, "keystore-keys", FINDING_FAULT, AWS_MFA_KEYS_DIR, 0,
			"there is no entry, so every login is refused");
		mend_by(v, "add", v->user ? v->user : "USER");
	} else if (v->user) {
		if (needs_entry(v, line) && judge_entry(v, folder, line, v->user))
			findings_pass(v->l, "entry", "the entry is of %s", v->user);
	} else {
		for (size_t i = 0; i < names.n; i++)
			good += judge_entry(v, folder, line, names.name[i]);
		findings_pass(v->l, "entries", "%zu of %zu entries are of users of this host", good,
			names.n);
	}
	entries_free_names(&names);
}

static void judge_keys(struct view *v, const struct stack_line *line)
{
	struct error e;
	int folder;
	enum status rc = load(line, NULL, NULL, &e);

	if (rc != STATUS_OK)
		findings_take(v->l, "keystore-site", FINDING_FAULT, e.text);
	else
		findings_pass(
			v->l, "site", AWS_MFA_CONF_PATH " and the CA certificates are root's");
	rc = entries_open(false, &folder, &e);
	if (rc == STATUS_OK)
		judge_entries(v, folder, line);
	else
		findings_take(v->l, "keystore-keys", FINDING_FAULT, e.text);
	if (folder >= 0)
		close(folder);
}

void judge_keystore_host(struct view *v)
{
	const struct stack_line *line = line_of(v, STACK_AUTH);

	if (!line) {
		judge_auth(v);
		return;
	}
	judge_module(v, line);
	judge_socket(v, judge_units(v));
	judge_keys(v, line);
}
