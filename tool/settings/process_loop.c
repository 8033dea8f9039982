#include "process_loop.h"

#include "files.h"
#include "profiles.h"

#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t\n\"'";

/* Is this the path of aws-mfa? */
static bool is_ours(const char *word)
{
	const char *slash = strrchr(word, '/');

	return strcmp(slash ? slash + 1 : word, "aws-mfa") == 0;
}

/* Is the word after this option its value? */
static bool takes_next(const char *word)
{
	return word[0] == '-' && !strchr(word, '=') && strcmp(word, "--no-store") != 0 &&
		strcmp(word, "--") != 0;
}

/*
 * Returns the profile that this command exports, a word of it; NULL if it does not run `aws-mfa
 * export`. Any command can hide that, so this is for mistakes only. Changes the text.
 */
static const char *exported(char *command)
{
	static const char option[] = "--profile=";
	const char *profile = NULL, *before = "";
	bool ours = false, export = false;
	char *rest;

	for (char *word = strtok_r(command, blanks, &rest); word;
		before = word, word = strtok_r(NULL, blanks, &rest)) {
		if (!ours)
			ours = is_ours(word);
		else if (strncmp(word, option, strlen(option)) == 0)
			profile = word + strlen(option);
		else if (word[0] == '-')
			continue;
		else if (takes_next(before))
			profile = strcmp(before, "--profile") == 0 ? word : profile;
		else if (export)
			profile = word;
		else
			export = strcmp(word, "export") == 0;
	}
	if (!export)
		return NULL;
	if (!profile)
		profile = getenv("AWS_PROFILE");
	return profile && *profile ? profile : "default";
}

char *process_exports(const struct settings *s, const char *profile, char **where)
{
	char *command = settings_of_profile(s, profile, "credential_process", where);
	const char *name = command ? exported(command) : NULL;
	char *copy = name ? strdup(name) : NULL;

	free(command);
	return copy;
}

enum status process_loop_check(const struct settings *s, struct error *e)
{
	const char *first = s->value[SETTING_PROFILE];
	char *name = strdup(first);
	enum status rc = name ? STATUS_OK : error_system(e, "settings");

	for (int i = 0; name && rc == STATUS_OK; i++) {
		char *where = NULL, *next = process_exports(s, name, &where);

		if (next && (strcmp(next, first) == 0 || i == PROFILE_STEPS_MAX))
			rc = error_set(e, STATUS_CONFIG,
				"%s of profile %s exports profile %s, which leads in a circle; give "
				"credential_process to a profile that no other one gets its session "
				"from, such as [profile %s-process]",
				where ? where : "credential_process", name, next, first);
		free(where);
		free(name);
		name = next;
	}
	free(name);
	return rc;
}
