#include "session.h"

#include "value.h"

#include <stdlib.h>
#include <string.h>

void secret_free(char *s)
{
	if (s)
		explicit_bzero(s, strlen(s));
	free(s);
}

void session_free(struct session *s)
{
	secret_free(s->access_key_id);
	secret_free(s->secret_access_key);
	secret_free(s->session_token);
	*s = (struct session){0};
}

/* Are all keys there that any reader of a session needs? */
static bool complete(const struct ini *credentials, const char *section)
{
	static const char *const needed[] = {"assumed_role", "aws_access_key_id",
		"aws_secret_access_key", "aws_session_token", "aws_security_token"};
	enum { SESSION_TOKEN = 3, SECURITY_TOKEN = 4, N_NEEDED };
	char *value[N_NEEDED] = {0};
	bool good = true;

	for (size_t i = 0; i < N_NEEDED; i++) {
		value[i] = ini_get(credentials, section, needed[i], NULL);
		good = good && value[i] && *value[i];
	}
	good = good && strcmp(value[SESSION_TOKEN], value[SECURITY_TOKEN]) == 0;
	for (size_t i = 0; i < N_NEEDED; i++)
		secret_free(value[i]);
	return good;
}

enum session_state session_check(const struct ini *credentials, const char *section,
	const char *role, time_t now, time_t *expiration)
{
	enum session_state state = SESSION_VALID;
	char *value = ini_get(credentials, section, "expiration", NULL);
	char *current = ini_get(credentials, section, "assumed_role_arn", NULL);

	*expiration = value ? value_expiration(value) : -1;
	if (*expiration < 0 || !complete(credentials, section)) {
		*expiration = *expiration < 0 ? 0 : *expiration;
		state = SESSION_ABSENT;
	} else if (*expiration <= now) {
		state = SESSION_EXPIRED;
	} else if (strcmp(current ? current : "", role ? role : "") != 0) {
		state = SESSION_OTHER_ROLE;
	}
	free(current);
	free(value);
	return state;
}
