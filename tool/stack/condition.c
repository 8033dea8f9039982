#include "condition.h"

#include "others.h"
#include "record.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

static bool is_in_group(const struct passwd *pw, const char *name)
{
	int n = 1024;
	gid_t *groups = malloc((size_t)n * sizeof(*groups));
	const struct group *group = getgrnam(name);
	bool in = false;

	if (groups && group && getgrouplist(pw->pw_name, pw->pw_gid, groups, &n) > 0)
		for (int i = 0; i < n; i++)
			in = in || groups[i] == group->gr_gid;
	free(groups);
	return in;
}

static enum condition as(bool holds)
{
	return holds ? CONDITION_HOLDS : CONDITION_FAILS;
}

static enum condition compare(int64_t a, const char *how, int64_t b)
{
	if (b < 0)
		return CONDITION_UNKNOWN;
	if (strcmp(how, ">=") == 0 || strcmp(how, "ge") == 0)
		return as(a >= b);
	if (strcmp(how, "<=") == 0 || strcmp(how, "le") == 0)
		return as(a <= b);
	if (strcmp(how, ">") == 0 || strcmp(how, "gt") == 0)
		return as(a > b);
	if (strcmp(how, "<") == 0 || strcmp(how, "lt") == 0)
		return as(a < b);
	if (strcmp(how, "=") == 0 || strcmp(how, "eq") == 0)
		return as(a == b);
	return strcmp(how, "!=") == 0 || strcmp(how, "ne") == 0 ? as(a != b) : CONDITION_UNKNOWN;
}

enum condition condition_of(const struct stack_line *line, const char *user)
{
	const char **word = line->argument;
	const struct passwd *pw = user ? getpwnam(user) : NULL;

	if (!pw || !others_is(line, "pam_succeed_if"))
		return CONDITION_UNKNOWN;
	while (*word &&
		(strncmp(*word, "quiet", strlen("quiet")) == 0 || strcmp(*word, "debug") == 0))
		word++;
	if (!word[0] || !word[1] || !word[2] || word[3])
		return CONDITION_UNKNOWN;
	if (strcmp(word[0], "uid") == 0)
		return compare(pw->pw_uid, word[1], record_number(word[2]));
	if (strcmp(word[0], "user") != 0)
		return CONDITION_UNKNOWN;
	if (strcmp(word[1], "ingroup") == 0)
		return as(is_in_group(pw, word[2]));
	if (strcmp(word[1], "notingroup") == 0)
		return as(!is_in_group(pw, word[2]));
	if (strcmp(word[1], "=") == 0)
		return as(strcmp(user, word[2]) == 0);
	return strcmp(word[1], "!=") == 0 ? as(strcmp(user, word[2]) != 0) : CONDITION_UNKNOWN;
}
