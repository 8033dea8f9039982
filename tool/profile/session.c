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
	} else if (*expiration - now < SESSION_LEAST) {
		state = SESSION_EXPIRED;
	} else if (strcmp(current ? current : "", role ? role : "") != 0) {
		state = SESSION_OTHER_ROLE;
	}
	free(current);
	free(value);
	return state;
}

/* The section's own value of key, as [DEFAULT] is not written to; NULL where it is unset or empty.
 */
static char *own_value(const struct ini *ini, const struct ini_line *header, const char *key)
{
	const struct ini_line *l = ini_key(ini, header, key, strlen(key));
	char *value = NULL;

	if (l && ini->lines[l->section - 1].section == header->section)
		value = ini_value(ini, l, NULL);
	if (value && !*value) {
		free(value);
		value = NULL;
	}
	return value;
}

struct keys {
	char *id, *secret;
};

static void read_keys(const struct ini *ini, const struct ini_line *header, struct keys *k)
{
	k->id = own_value(ini, header, "aws_access_key_id");
	k->secret = own_value(ini, header, "aws_secret_access_key");
}

static void free_keys(struct keys *k)
{
	secret_free(k->id);
	secret_free(k->secret);
}

static bool has_token(const struct ini *ini, const char *section)
{
	static const char *const names[] = {"aws_session_token", "aws_security_token"};
	bool has = false;

	for (size_t i = 0; i < 2; i++) {
		char *token = ini_get(ini, section, names[i], NULL);

		has = has || (token && *token);
		secret_free(token);
	}
	return has;
}

/* Do the keys stand in another section, be it [DEFAULT]? */
static bool stand_elsewhere(
	const struct ini *ini, const struct ini_line *header, const struct keys *k)
{
	bool found = false;

	for (size_t i = 0; i < ini->n_lines && !found; i++) {
		const struct ini_line *l = &ini->lines[i];
		struct keys other;

		if (l->kind != INI_SECTION || l->next || l->section == header->section)
			continue;
		read_keys(ini, l, &other);
		found = other.id && other.secret && strcmp(other.id, k->id) == 0 &&
			strcmp(other.secret, k->secret) == 0;
		free_keys(&other);
	}
	return found;
}

enum status session_spare_keys(const struct ini *credentials, const char *section, struct error *e)
{
	const struct ini_line *header = ini_section(credentials, section, strlen(section));
	struct keys k = {0};
	bool lost;

	if (!header)
		return STATUS_OK;
	read_keys(credentials, header, &k);
	lost = k.id && k.secret && strncmp(k.id, "ASIA", 4) != 0 &&
		!has_token(credentials, section) && !stand_elsewhere(credentials, header, &k);
	free_keys(&k);
	if (!lost)
		return STATUS_OK;
	return error_set(e, STATUS_CONFIG,
		"%s: [%s] holds long-term keys that stand nowhere else in the file, where the session "
		"would replace them, and AWS shows a secret only once; give them a section of their "
		"own, for example by changing [%s] to [%s-keys], or let them go with --force",
		credentials->path, section, section, section);
}
