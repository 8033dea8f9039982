/* aws-mfa keystore: the administrator's side of keystore mode, aws-mfa-keystore(8). */
#include "command.h"
#include "command_line.h"
#include "keystore_verbs.h"
#include "pasted.h"
#include "prompt.h"
#include "settings/spelling.h"
#include "text/log.h"
#include "text/shell.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* clang-format off */
#define BIT(option) (1U << ((option) - OPTION_OWN))
/* clang-format on */
#define OF_ENTRY                                                                                   \
	(BIT(KEYSTORE_PROFILE) | BIT(KEYSTORE_DEVICE) | BIT(KEYSTORE_ROLE_ARN) |                   \
		BIT(KEYSTORE_EXTERNAL_ID) | BIT(KEYSTORE_DURATION) |                               \
		BIT(KEYSTORE_SESSION_POLICY) | BIT(KEYSTORE_FORCE))

static const struct verb {
	const char *name;
	keystore_verb *run;
	size_t min_users, max_users;
	unsigned options; /* bits */
} verbs[] = {
	{"add", keystore_add, 1, 1, OF_ENTRY | BIT(KEYSTORE_ACCESS_KEY_ID)},
	{"list", keystore_list, 0, 0, BIT(KEYSTORE_JSON)},
	{"show", keystore_show, 1, 1, BIT(KEYSTORE_JSON)},
	{"check", keystore_check, 0, SIZE_MAX, BIT(KEYSTORE_JSON)},
	{"remove", keystore_remove, 1, 1, BIT(KEYSTORE_YES)},
	{"import", keystore_import, 1, 1, OF_ENTRY | BIT(KEYSTORE_YES)},
};
#define N_VERBS (sizeof(verbs) / sizeof(verbs[0]))

/* --- shared --- */

const char *keystore_short(const char *arn)
{
	const char *name = arn ? strrchr(arn, ':') : NULL;

	if (!arn)
		return "-";
	if (!name || strncmp(arn, "arn:", 4) != 0)
		return arn;
	return strncmp(name, ":role/", 6) == 0 ? name + 6 : name + 1;
}

const char *keystore_brief(const struct entry *entry, char text[static KEYSTORE_BRIEF_SIZE])
{
	struct entry same = *entry; /* borrows all */
	size_t used = (size_t)snprintf(text, KEYSTORE_BRIEF_SIZE, "key %.128s, %s%.200s",
		entry->access_key_id, entry->role_arn ? "role " : "no role",
		entry->role_arn ? keystore_short(entry->role_arn) : "");

	for (enum entry_key key = 0; key < N_ENTRY_KEYS; key++) {
		char **value = entry_text(&same, key);

		if (!entry_rules[key].required && key != KEY_ROLE_ARN &&
			(value ? *value != NULL : entry->duration > 0))
			used += (size_t)snprintf(text + used, KEYSTORE_BRIEF_SIZE - used, ", %s",
				entry_rules[key].name);
	}
	return text;
}

enum status keystore_confirm(
	const struct asker *a, const char *question, bool enter, struct error *e)
{
	bool yes = false;
	enum status rc;

	/* What was typed before the question is no answer to it. */
	if (a->tty >= 0)
		prompt_discard(a->tty);
	rc = ask_yes(a, question, enter, &yes, e);
	return rc == STATUS_OK && !yes ? error_set(e, STATUS_USAGE, "nothing was changed") : rc;
}

/* --- the command --- */

/* NULL and *e for another word. */
static const struct verb *find_verb(const char *name, struct error *e)
{
	const struct verb *nearest = NULL;
	size_t distance = SIZE_MAX;

	for (size_t i = 0; i < N_VERBS; i++) {
		const char *verb = verbs[i].name;

		if (strcmp(verb, name) == 0)
			return &verbs[i];
		if (spelling_is_nearer(verb, strlen(verb), name, strlen(name), &distance))
			nearest = &verbs[i];
	}
	error_set(e, STATUS_USAGE,
		"keystore: '%.100s': expected add, list, show, check, remove or import%s%s%s",
		pasted_hide(name), nearest ? "; did you mean " : "", nearest ? nearest->name : "",
		nearest ? "?" : "");
	return NULL;
}

static enum status check_line(
	const struct command_line *line, const struct verb *v, struct error *e)
{
	size_t n_users = line->n_operands - 1;

	if (n_users < v->min_users)
		return error_set(e, STATUS_USAGE, "keystore %s: USER is missing", v->name);
	if (n_users > v->max_users)
		return error_set(e, STATUS_USAGE, "keystore %s: '%.100s': unexpected word", v->name,
			pasted_hide(line->operands[1 + v->max_users]));
	for (size_t i = OPTION_OWN; i < N_OPTIONS; i++)
		if (line->option[i] && !(v->options & BIT(i)))
			return error_set(e, STATUS_USAGE, "%s: is no option of keystore %s",
				line->command->own[i - OPTION_OWN].names[0], v->name);
	for (size_t i = 1; i < line->n_operands; i++) {
		const char *user = line->operands[i], *expected = entry_name_check(user);

		/* A line of a table that has no commas is a name, too. */
		if (pasted_secret(user))
			expected = "expected the name alone";
		if (expected)
			return error_set(
				e, STATUS_USAGE, "'%.300s': %s", pasted_hide(user), expected);
	}
	return STATUS_OK;
}

static enum status check_root(const struct command_line *line, struct error *e)
{
	char word[SHELL_PROFILE_SIZE] = "";
	bool more = line->n_operands > 2;

	if (geteuid() == 0)
		return STATUS_OK;
	/* Threat: the command as it is printed has no --role-arn, and a session has all rights. */
	for (size_t i = OPTION_OWN; i < N_OPTIONS; i++)
		more = more || line->option[i];
	if (more)
		return error_set(e, STATUS_SYSTEM,
			"only root may see and change the entries; run the same command with sudo");
	if (line->n_operands > 1)
		shell_operand(line->operands[1], word);
	return error_set(e, STATUS_SYSTEM,
		"only root may see and change the entries; run: sudo aws-mfa keystore %s%s%s",
		line->operands[0], *word ? " " : "", word);
}

static enum status run(const struct command_line *line)
{
	const struct keystore k = {line, line->operands + 1, line->n_operands - 1};
	struct error e = {0};
	const struct verb *v = find_verb(line->operands[0], &e);
	enum status rc = v ? check_line(line, v, &e) : STATUS_USAGE;

	if (rc == STATUS_OK)
		rc = check_root(line, &e);
	if (rc == STATUS_OK)
		rc = v->run(&k, &e);
	if (rc != STATUS_OK && e.text[0])
		log_error("%s", e.text);
	return rc;
}

static const struct option options[] = {
	{.names = {"--access-key-id"},
		.argument = "ID",
		.help = "add: the long-term key; the secret is then read from standard "
			"input",
		.secret = true},
	{.names = {"--profile"},
		.argument = "NAME",
		.help = "the profile that gets the session; import takes its keys",
		.values = VALUES_PROFILES},
	{.names = {"--device"},
		.argument = "ARN",
		.help = "the MFA device; else the one that AWS lists",
		.values = VALUES_DEVICES},
	{.names = {"--role-arn"},
		.argument = "ARN",
		.help = "the role of the session; without it, the session has all rights "
			"of the AWS user",
		.values = VALUES_ROLES},
	{.names = {"--external-id"},
		.argument = "ID",
		.help = "the ID that the role's owner requires"},
	{.names = {"--duration"},
		.argument = "TIME",
		.help = "of a session: 900 to 129600 seconds, or 15m, 12h"},
	{.names = {"--session-policy"},
		.argument = "FILE",
		.help = "a JSON policy that narrows the rights of the role's session",
		.values = VALUES_FILES},
	{.names = {"--force"}, .help = "replace an entry without asking"},
	{.names = {"--yes"}, .help = "remove, import: do not ask"},
	{.names = {"--json"}, .help = "list, show, check: print one line of JSON"},
};

const struct command cmd_keystore = {
	.name = "keystore",
	.run = run,
	.summary = "as root: keep users' keys where users cannot read them",
	.help = "Keep the long-term keys of this host's users in a folder of root, for logins with "
		"the module's option keystore. ACTION is add, list, show, check, remove or import. "
		"add asks for the keys, proves them at AWS, finds the MFA device and then writes "
		"the entry of USER. import moves the keys out of the home of USER. check asks AWS "
		"about each entry; its exit status is 1 if something is to mend. No action shows "
		"a secret. See aws-mfa-keystore(8).",
	.example = "  aws-mfa keystore add alice --role-arn arn:aws:iam::123456789012:role/Ops\n"
		   "  aws-mfa keystore add alice --access-key-id AKIA... <secret-file\n"
		   "  aws-mfa keystore list\n"
		   "  aws-mfa keystore show alice\n"
		   "  aws-mfa keystore check --json\n"
		   "  aws-mfa keystore remove alice\n"
		   "  aws-mfa keystore import alice --profile work",
	.own = options,
	.n_own = sizeof(options) / sizeof(options[0]),
	.operand = "ACTION [USER]",
	.values = {"add, list, show, check, remove or import", VALUES_USERS},
	.min_operands = 1,
	.max_operands = SIZE_MAX,
	.prints = true,
};
