#include "formats.h"

#include "variables.h"

#include <string.h>

#define PER_CHARACTER 4 /* bytes at most of one character of a value: '\'' */
#define OF_NAMES 4096   /* bytes at most of all the rest */

struct format {
	const char *name;
	const char *begin, *between, *end;   /* around a name and its value */
	const char *unset_begin, *unset_end; /* around the name of a variable to remove; or NULL */
	/* Characters of a value that are written between the two texts. NULL: the format has no
	 * quotes, so a value may hold only what is plain in each such format. */
	const char *special, *before, *after;
	/* Of JSON: what stands around the pairs. Else NULL. */
	const char *open, *close;
	bool for_eval; /* also sets AWS_MFA_PROFILE */
};

/* In fish, `set -e` of a variable that is not set fails, and `set -gx` keeps that status. */
/* clang-format off */
#define SHELL .special = "'", .before = "'\\", .after = "'", .for_eval = true
#define FISH  .special = "'\\", .before = "\\", .after = "", .for_eval = true
#define JSON  .begin = "\"", .between = "\":\"", .end = "\"", \
	.special = "\"\\", .before = "\\", .after = ""

static const struct format formats[] = {
	{"env", "export ", "='", "'\n", "unset ", "\n", SHELL},
	{"env-no-export", "", "=", "\n", .special = NULL},
	{"fish", "set -gx ", " '", "'\n", "set -e ", "; or true\n", FISH},
	{"powershell", "$Env:", "=\"", "\"\n", "$Env:", "=$null\n", .special = NULL},
	{"windows-cmd", "set ", "=", "\n", "set ", "=\n", .special = NULL},
	{"dotenv", "", "=", "\n", .special = NULL},
	{"json", JSON, .open = "{\"Credentials\":{", .close = "}}\n"},
	{"process", JSON, .open = "{\"Version\":1,", .close = "}\n"},
};
/* clang-format on */

static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/+=._:-";

const struct format *formats_find(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}

static void put(struct secret *out, const char *text)
{
	secret_add(out, text, strlen(text));
}

static bool put_value(struct secret *out, const struct format *f, const char *value)
{
	if (!f->special) {
		put(out, value);
		return value[strspn(value, plain)] == '\0';
	}
	for (; *value; value++) {
		bool special = strchr(f->special, *value);

		put(out, special ? f->before : "");
		secret_add(out, value, 1);
		put(out, special ? f->after : "");
	}
	return true;
}

static bool put_pair(
	struct secret *out, const struct format *f, const char *name, const char *value)
{
	bool good;

	put(out, f->begin);
	put(out, name);
	put(out, f->between);
	good = put_value(out, f, value);
	put(out, f->end);
	return good;
}

/* Returns NULL, or the name of the variable that the format cannot hold. */
static const char *put_variables(
	struct secret *out, const struct format *f, const struct variable *list)
{
	for (const char *const *name = variables_unset; *name && f->unset_begin; name++) {
		put(out, f->unset_begin);
		put(out, *name);
		put(out, f->unset_end);
	}
	for (size_t i = 0; i < N_VARIABLES; i++)
		if (list[i].value && (i != VARIABLE_PROFILE || f->for_eval) &&
			!put_pair(out, f, list[i].name, list[i].value))
			return list[i].name;
	return NULL;
}

/* As STS and the programs of credential_process name them. */
static void put_json(struct secret *out, const struct format *f, const struct variable *list)
{
	static const char *const names[] = {[VARIABLE_KEY_ID] = "AccessKeyId",
		[VARIABLE_SECRET] = "SecretAccessKey",
		[VARIABLE_TOKEN] = "SessionToken",
		[VARIABLE_EXPIRATION] = "Expiration"};

	put(out, f->open);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		put(out, i > 0 ? "," : "");
		put_pair(out, f, names[i], list[i].value);
	}
	put(out, f->close);
}

enum status formats_write(
	const struct format *f, const struct handover *h, struct secret *out, struct error *e)
{
	struct variable list[N_VARIABLES];
	const char *refused = NULL;
	size_t room = OF_NAMES;

	variables_of(h, list);
	for (size_t i = 0; i < N_VARIABLES; i++)
		room += list[i].value ? PER_CHARACTER * strlen(list[i].value) : 0;
	if (!secret_make(out, room))
		return error_system(e, "export");
	if (f->open)
		put_json(out, f, list);
	else
		refused = put_variables(out, f, list);
	if (refused)
		return error_set(e, STATUS_CONFIG,
			"%s of profile %s has a character that the format %s cannot hold; use "
			"--format env or json",
			refused, h->profile, f->name);
	return STATUS_OK;
}
