#include "other_tools.h"

#include <string.h>

/* theirs, ours */
static const char words[][2][20] = {
	{"login", "refresh"},
	{"mfa-login", "refresh"},
	{"assume", "refresh"},
	{"run", "exec"},
	{"shell", "exec"},
	{"env", "export"},
	{"ls", "list"},
	{"profiles", "list"},
	{"list-profiles", "list"},
	{"whoami", "status"},
	{"add", "setup"},
	{"configure", "setup"},
	{"import", "setup"},
	{"logout", "clear"},
	{"remove", "clear"},
	{"rm", "clear"},
	{"unset", "clear"},
	{"help", "--help"},
	{"version", "--version"},
	{"-p", "--profile"},
	{"-t", "--token"},
	{"-d", "--duration"},
	{"--duration-seconds", "--duration"},
	{"--role-duration", "--duration"},
	{"--session-name", "--role-session-name"},
	{"--refresh", "--force"},
	{"--debug", "--log-level"},
	{"--format", "--json"},
	{"--output", "--json"},
	{"--mfa-serial", "--device"},
	{"--role-arn", "--assume-role"},
	{"--token-code", "--token"},
};

const char *other_tools_word(const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i][0]) == len && memcmp(words[i][0], word, len) == 0)
			return words[i][1];
	return NULL;
}
