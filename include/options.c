#include "options.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "clean.h"
#include "local_time.h"
#include "record.h"
#include "timeout.h"

#define PROMPT_MAX 256 /* with a reason in front it stays below PAM_MAX_MSG_SIZE, 512 */

enum kind { FLAG, NUMBER, PROFILE, PROMPT, FAILMODE, NULLOK };

/* In alphabetical order, as in the man page. */
static const struct row {
	const char *name;
	enum kind kind;
	size_t at;
	int64_t min, max;
} table[] = {
	{"always", FLAG, offsetof(struct options, always), 0, 0},
	{"debug", FLAG, offsetof(struct options, debug), 0, 0},
	{"echo", FLAG, offsetof(struct options, echo), 0, 0},
	{"failmode", FAILMODE, offsetof(struct options, failmode_safe), 0, 0},
	{"ignore_root", FLAG, offsetof(struct options, ignore_root), 0, 0},
	{"keystore", FLAG, offsetof(struct options, keystore), 0, 0},
	{"minimum_uid", NUMBER, offsetof(struct options, minimum_uid), 0, UINT32_MAX - 1},
	{"notify", FLAG, offsetof(struct options, notify), 0, 0},
	{"nullok", NULLOK, 0, 0, 0},
	{"profile", PROFILE, offsetof(struct options, profile), 1, PROFILE_MAX},
	{"prompt", PROMPT, offsetof(struct options, prompt), 1, PROMPT_MAX},
	{"prompts", NUMBER, offsetof(struct options, prompts), 1, 10},
	{"quiet", FLAG, offsetof(struct options, quiet), 0, 0},
	{"setenv", FLAG, offsetof(struct options, setenv), 0, 0},
	{"timeout", NUMBER, offsetof(struct options, timeout), 1, TIMEOUT_LONGEST},
	{"verbose", FLAG, offsetof(struct options, verbose), 0, 0},
};

#define ROWS (sizeof(table) / sizeof(table[0]))

const char *options_profile(const struct options *opt)
{
	return opt->profile ? opt->profile : "default";
}

bool options_ignore(const struct options *opt, uid_t uid)
{
	return (opt->ignore_root && uid == 0) || uid < opt->minimum_uid;
}

static const struct row *find(const char *name, size_t len)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strlen(table[i].name) == len && memcmp(table[i].name, name, len) == 0)
			return &table[i];
	return NULL;
}

static const char *bad_text(const struct row *row, const char *value)
{
	size_t len = strlen(value);

	if (len == 0)
		return "is empty";
	if (len > (size_t)row->max)
		return "is too long";
	if (clean_has_control(value))
		return "holds a control character";
	/* Threat: the name becomes an argument of the helper, which would read it as an option. */
	if (row->kind == PROFILE && value[0] == '-')
		return "begins with '-'";
	return NULL;
}

static const char *store_nullok(struct options *opt, const char *date)
{
	bool over = false;

	if (date && !local_date_is_over(date, &over))
		return "is not a date such as 2031-05-06";
	opt->nullok = !over;
	opt->nullok_date = date;
	return NULL;
}

/* Stores one value. Returns what is wrong with it, or NULL. */
static const char *store(const struct row *row, const char *value, struct options *opt)
{
	void *to = (char *)opt + row->at;

	if (row->kind == NULLOK)
		return store_nullok(opt, value);
	if (row->kind == FLAG) {
		if (value)
			return "takes no value";
		*(bool *)to = true;
		return NULL;
	}
	if (!value)
		return "needs a value";
	if (row->kind == NUMBER) {
		int64_t n = record_number(value);

		if (n < row->min || n > row->max)
			return "is not a number within its bounds";
		*(unsigned *)to = (unsigned)n;
	} else if (row->kind == FAILMODE) {
		bool safe = strcmp(value, "safe") == 0;

		if (!safe && strcmp(value, "secure") != 0)
			return "is neither secure nor safe";
		*(bool *)to = safe;
	} else {
		*(const char **)to = value;
		return bad_text(row, value);
	}
	return NULL;
}

/* Is b another value than a? NULL: no value, as of `nullok`. */
static bool is_other(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) != 0 : a != b;
}

/* Names a pair of options that contradict each other. Returns false if there is one. */
static bool agree(const struct options *opt, char *error, size_t size)
{
	const char *a = "keystore", *b = NULL;

	if (opt->quiet && opt->verbose) {
		a = "quiet";
		b = "verbose";
	} else if (opt->keystore && (opt->nullok || opt->nullok_date)) {
		b = "nullok";
	} else if (opt->keystore && opt->failmode_safe) {
		b = "failmode=safe";
	}
	if (b)
		snprintf(error, size, "options \"%s\" and \"%s\" contradict each other", a, b);
	return !b;
}

bool options_parse(struct options *opt, int argc, const char **argv, char *error, size_t size)
{
	const char *earlier[ROWS] = {NULL};
	bool given[ROWS] = {false};

	*opt = (struct options){
		.prompt = "AWS MFA code: ", .prompts = 1, .timeout = TIMEOUT_DEFAULT};
	for (int i = 0; i < argc; i++) {
		size_t len = strcspn(argv[i], "=");
		const char *value = argv[i][len] == '=' ? argv[i] + len + 1 : NULL;
		const struct row *row = find(argv[i], len);
		const char *wrong = "is not an option of this module";

		if (row) {
			size_t at = (size_t)(row - table);

			wrong = store(row, value, opt);
			if (!wrong && given[at] && is_other(earlier[at], value))
				wrong = "contradicts an earlier one";
			earlier[at] = value;
			given[at] = true;
		}
		if (wrong) {
			char shown[64];

			clean_text(shown, sizeof(shown), argv[i]);
			snprintf(error, size, "option \"%s\" %s", shown, wrong);
			return false;
		}
	}
	opt->always = opt->always || opt->keystore;
	return agree(opt, error, size);
}
