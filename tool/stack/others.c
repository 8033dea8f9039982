#include "others.h"

#include <string.h>

#define S CODE_BIT(CODE_SUCCESS)
#define I CODE_BIT(CODE_IGNORE)
#define N CODE_BIT(CODE_NEW_AUTHTOK_REQD)
#define REFUSES (CODE_BIT(CODE_AUTH_ERR) | CODE_BIT(CODE_PERM_DENIED))
/* Every code with which a module can fail. */
#define FAILS                                                                                      \
	(~(S | I | N | CODE_BIT(CODE_INCOMPLETE) | CODE_BIT(CODE_MODULE_UNKNOWN) | CODE_BIT(30)))

/* In auth a module that is not listed proves a factor and never answers IGNORE. */
static const struct other {
	const char *name;
	enum other_kind kind;
	uint32_t auth, account;
} others[] = {
	{"pam_access", OTHER_CONDITION, S | FAILS, S | FAILS},
	{"pam_cap", OTHER_PASSES, S | I | FAILS, I},
	{"pam_debug", OTHER_PASSES, S | I | FAILS, S | I | FAILS},
	{"pam_deny", OTHER_PASSES, REFUSES, REFUSES},
	{"pam_echo", OTHER_PASSES, I | FAILS, I | FAILS},
	{"pam_env", OTHER_PASSES, I | FAILS, I | FAILS},
	{"pam_exec", OTHER_CONDITION, S | FAILS, S | FAILS},
	{"pam_faildelay", OTHER_PASSES, I | FAILS, I},
	{"pam_faillock", OTHER_PASSES, S | I | REFUSES, S | I | FAILS},
	{"pam_group", OTHER_PASSES, I | FAILS, I},
	{"pam_issue", OTHER_PASSES, I | FAILS, I},
	{"pam_keyinit", OTHER_PASSES, S | I | FAILS, S | I | FAILS},
	{"pam_listfile", OTHER_CONDITION, S | I | FAILS, S | I | FAILS},
	{"pam_localuser", OTHER_CONDITION, S | FAILS, S | FAILS},
	{"pam_nologin", OTHER_PASSES, I | FAILS, I | FAILS},
	{"pam_permit", OTHER_PASSES, S, S},
	{"pam_rhosts", OTHER_CONDITION, S | FAILS, I},
	{"pam_rootok", OTHER_CONDITION, FAILS, FAILS},
	{"pam_securetty", OTHER_CONDITION, S | I | FAILS, S | I | FAILS},
	{"pam_shells", OTHER_CONDITION, S | FAILS, S | FAILS},
	{"pam_succeed_if", OTHER_CONDITION, S | FAILS, S | FAILS},
	{"pam_tally2", OTHER_PASSES, S | I | FAILS, S | I | FAILS},
	{"pam_time", OTHER_CONDITION, I, S | FAILS},
	{"pam_usertype", OTHER_CONDITION, S | FAILS, S | FAILS},
	{"pam_warn", OTHER_PASSES, I, I},
	{"pam_wheel", OTHER_CONDITION, I | FAILS, I | FAILS},
	{"pam_unix", OTHER_PROVES, S | FAILS, S | N | FAILS},
	{NULL, OTHER_PROVES, S | FAILS, S | I | N | FAILS},
};

const char *others_name(const struct stack_line *line, size_t *len)
{
	const char *module = line->module ? line->module : "?", *slash = strrchr(module, '/');
	const char *name = slash ? slash + 1 : module;

	*len = strcspn(name, ".");
	return name;
}

bool others_is(const struct stack_line *line, const char *name)
{
	size_t len;
	const char *own = others_name(line, &len);

	return strlen(name) == len && memcmp(own, name, len) == 0;
}

bool others_has_argument(const struct stack_line *line, const char *word)
{
	for (const char **argument = line->argument; *argument; argument++)
		if (strcmp(*argument, word) == 0)
			return true;
	return false;
}

static const struct other *find(const struct stack_line *line)
{
	const struct other *o = others;

	while (o->name && !others_is(line, o->name))
		o++;
	return o;
}

enum other_kind others_kind(const struct stack_line *line)
{
	return find(line)->kind;
}

/* The recipes ask by pam_exec whether sshd has accepted a public key. */
static bool asks_for_key(const struct stack_line *line)
{
	for (const char **argument = line->argument; *argument; argument++)
		if (strstr(*argument, "SSH_AUTH_INFO_0") && strstr(*argument, "publickey"))
			return others_is(line, "pam_exec");
	return false;
}

uint32_t others_answers(const struct stack_line *line, bool has_key, bool by_caller)
{
	const struct other *o = find(line);
	uint32_t answers = line->type == STACK_AUTH ? o->auth : o->account;

	if (line->type == STACK_AUTH && asks_for_key(line))
		return has_key ? S : REFUSES;
	if (others_is(line, "pam_rootok"))
		return by_caller ? FAILS : S; /* it asks who runs this process */
	if (others_is(line, "pam_nologin") && others_has_argument(line, "successok"))
		return answers | S;
	if (others_is(line, "pam_wheel") && others_has_argument(line, "trust"))
		return answers | S;
	if (o->kind == OTHER_PROVES && o->name == NULL && others_has_argument(line, "nullok"))
		return answers | I; /* such as pam_google_authenticator */
	return answers;
}
