#include "control.h"

#include "ascii.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

static const char *const codes[N_CODES + 1] = {"success", "open_err", "symbol_err", "service_err",
	"system_err", "buf_err", "perm_denied", "auth_err", "cred_insufficient", "authinfo_unavail",
	"user_unknown", "maxtries", "new_authtok_reqd", "acct_expired", "session_err",
	"cred_unavail", "cred_expired", "cred_err", "no_module_data", "conv_err", "authtok_err",
	"authtok_recover_err", "authtok_lock_busy", "authtok_disable_aging", "try_again", "ignore",
	"abort", "authtok_expired", "module_unknown", "bad_item", "conv_again",
	"incomplete", [N_CODES] = "default"};

/* By number: actions[-ACTION_OK] and so on. */
static const char *const actions[] = {"ignore", "ok", "done", "bad", "die", "reset"};

void control_default(struct control *c, int action)
{
	for (int code = 0; code < N_CODES; code++)
		if (c->action[code] == ACTION_UNSET)
			c->action[code] = action;
}

static void fill(struct control *c, int success, int other)
{
	c->action[CODE_SUCCESS] = c->action[CODE_NEW_AUTHTOK_REQD] = success;
	c->action[CODE_IGNORE] = ACTION_IGNORE;
	control_default(c, other);
}

static bool is_plain(struct control *c, const char *word)
{
	if (strcasecmp(word, "required") == 0)
		fill(c, ACTION_OK, ACTION_BAD);
	else if (strcasecmp(word, "requisite") == 0)
		fill(c, ACTION_OK, ACTION_DIE);
	else if (strcasecmp(word, "optional") == 0)
		fill(c, ACTION_OK, ACTION_IGNORE);
	else if (strcasecmp(word, "sufficient") == 0)
		fill(c, ACTION_DONE, ACTION_IGNORE);
	else
		return false;
	return true;
}

static void skip_space(const char **at)
{
	*at += strspn(*at, " \t\n\v\f\r");
}

/* The number of the first name that *at begins with, and moves *at past it; n if there is none. */
static int take_name(const char **at, const char *const *names, int n)
{
	for (int i = 0; i < n; i++) {
		size_t len = strlen(names[i]);

		if (strncmp(names[i], *at, len) == 0) {
			*at += len;
			return i;
		}
	}
	return n;
}

static const char *take_jump(const char **at, const struct libpam *lib, int *action)
{
	uint64_t lines = 0;

	if (**at < '0' || **at > '9')
		return "is no action";
	for (; ascii_is_digit(**at); ++*at) {
		lines = lines * 10 + (uint64_t)(**at - '0');
		if (lib->limits_includes && lines > INT_MAX)
			return "is too large for a jump";
		lines &= UINT32_MAX; /* before 1.7 it overflows */
	}
	if (lines == 0)
		return "is no jump";
	*action = (int)(uint32_t)lines;
	return NULL;
}

/* Takes one "code = action". */
static const char *take_pair(struct control *c, const char **at, const struct libpam *lib)
{
	int code = take_name(at, codes, N_CODES + 1), action;
	const char *wrong = NULL;

	if (code > N_CODES)
		return "is no return value";
	skip_space(at);
	if (**at != '=')
		return "lacks a '='";
	++*at;
	skip_space(at);
	action = -take_name(at, actions, -ACTION_UNSET);
	if (action == ACTION_UNSET)
		wrong = take_jump(at, lib, &action);
	if (!wrong && code == N_CODES)
		control_default(c, action);
	else if (!wrong)
		c->action[code] = action;
	return wrong;
}

const char *control_parse(struct control *c, const char *word, const struct libpam *lib)
{
	const char *wrong = NULL;

	for (int code = 0; code < N_CODES; code++)
		c->action[code] = ACTION_UNSET;
	if (is_plain(c, word))
		return NULL;
	for (skip_space(&word); *word && !wrong; skip_space(&word))
		wrong = take_pair(c, &word, lib);
	for (int code = 0; wrong && code < N_CODES; code++)
		c->action[code] = ACTION_BAD;
	control_default(c, ACTION_BAD);
	return wrong;
}
