#include "session.h"

#include "iso_time.h"
#include "text/secret.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void session_free(struct session *s)
{
	secret_free(&s->access_key_id);
	secret_free(&s->secret_access_key);
	secret_free(&s->session_token);
	*s = (struct session){0};
}

bool session_is_long_term(const struct secret *access_key_id)
{
	return access_key_id->size > 0 && strncmp(access_key_id->data, "AKIA", 4) == 0;
}

/* section: its header, or NULL. The caller frees the value. */
static struct secret value_in(
	const struct ini *ini, const struct ini_line *section, const char *key)
{
	const struct ini_line *l = section ? ini_key(ini, section, key, strlen(key)) : NULL;

	return l ? ini_value(ini, l) : (struct secret){0};
}

/*
 * Does the section have every key that readers of a session need, and no long-term keys? Threat:
 * `aws configure` writes a long-term key id and secret into a session's section. It leaves the
 * token and expiration there.
 */
static bool complete(const struct ini *credentials, const struct ini_line *section)
{
	static const char *const needed[] = {"assumed_role", "aws_access_key_id",
		"aws_secret_access_key", "aws_session_token", "aws_security_token"};
	enum { KEY_ID = 1, SESSION_TOKEN = 3, SECURITY_TOKEN = 4, N_NEEDED = 5 };
	struct secret value[N_NEEDED];
	bool good = true;

	for (size_t i = 0; i < N_NEEDED; i++) {
		value[i] = value_in(credentials, section, needed[i]);
		good = good && value[i].size > 0;
	}
	good = good && secret_equal(&value[SESSION_TOKEN], &value[SECURITY_TOKEN]) &&
		!session_is_long_term(&value[KEY_ID]);
	for (size_t i = 0; i < N_NEEDED; i++)
		secret_free(&value[i]);
	return good;
}

enum session_state session_check(const struct ini *credentials, const char *section,
	const char *role, long least, time_t now, time_t *expiration)
{
	const struct ini_line *header = ini_section(credentials, section, strlen(section));
	enum session_state state = SESSION_VALID;
	char *value = value_in(credentials, header, "expiration").data;
	char *current = value_in(credentials, header, "assumed_role_arn").data;

	*expiration = value ? iso_time_from_file(value) : -1;
	if (*expiration < 0 || !complete(credentials, header)) {
		*expiration = *expiration < 0 ? 0 : *expiration;
		state = SESSION_ABSENT;
	} else if (*expiration - now < (least > SESSION_LEAST ? least : SESSION_LEAST)) {
		state = SESSION_EXPIRED;
	} else if (strcmp(current ? current : "", role ? role : "") != 0) {
		state = SESSION_OTHER_ROLE;
	}
	free(current);
	free(value);
	return state;
}

bool session_read(const struct ini *credentials, const char *section, struct session *s)
{
	char *expiration = ini_get(credentials, section, "expiration", NULL);

	*s = (struct session){
		.access_key_id = ini_get_secret(credentials, section, "aws_access_key_id", NULL),
		.secret_access_key =
			ini_get_secret(credentials, section, "aws_secret_access_key", NULL),
		.session_token = ini_get_secret(credentials, section, "aws_session_token", NULL),
		.expiration = expiration ? iso_time_from_file(expiration) : 0,
	};
	free(expiration);
	return s->access_key_id.data && s->secret_access_key.data && s->session_token.data &&
		s->expiration > 0;
}

struct section_keys {
	struct secret id, secret;
	bool token;
};

static void free_keys(struct section_keys *k)
{
	secret_free(&k->id);
	secret_free(&k->secret);
}

static bool is_named(const struct ini *ini, const struct ini_line *l, const char *name)
{
	return l->name_len == strlen(name) &&
		strncasecmp(ini->bytes.data + l->name, name, l->name_len) == 0;
}

/* Replaces *value with the line's value. */
static void take(const struct ini *ini, const struct ini_line *l, struct secret *value)
{
	secret_free(value);
	*value = ini_value(ini, l);
}

/*
 * Reads the keys below one header. A section may appear twice. Each part is checked on its own:
 * writing the section removes also the values that do not count.
 */
static void read_keys(const struct ini *ini, const struct ini_line *header, struct section_keys *k)
{
	const struct ini_line *end = ini->lines + ini->n_lines;

	*k = (struct section_keys){0};
	for (const struct ini_line *l = header + 1; l < end && l->kind != INI_SECTION; l++) {
		if (l->kind != INI_KEY)
			continue;
		if (is_named(ini, l, "aws_access_key_id"))
			take(ini, l, &k->id);
		else if (is_named(ini, l, "aws_secret_access_key"))
			take(ini, l, &k->secret);
		else if (is_named(ini, l, "aws_session_token") ||
			is_named(ini, l, "aws_security_token"))
			k->token = k->token || l->value_len > 0;
	}
}

/* Does another section, or [DEFAULT], hold the same keys? */
static bool stand_elsewhere(
	const struct ini *ini, const struct ini_line *header, const struct section_keys *k)
{
	bool found = false;

	for (size_t i = 0; i < ini->n_lines && !found; i++) {
		const struct ini_line *l = &ini->lines[i];
		struct section_keys other;

		if (l->kind != INI_SECTION || l->section == header->section)
			continue;
		read_keys(ini, l, &other);
		found = secret_equal(&other.id, &k->id) && secret_equal(&other.secret, &k->secret);
		free_keys(&other);
	}
	return found;
}

enum status session_spare_keys(const struct ini *credentials, const char *section, struct error *e)
{
	const struct ini_line *last = ini_section(credentials, section, strlen(section));
	bool lost = false;
	size_t at = 0;

	for (size_t i = last ? last->section : 0; i > 0 && !lost;) {
		const struct ini_line *header = &credentials->lines[i - 1];
		struct section_keys k;

		read_keys(credentials, header, &k);
		lost = k.id.size > 0 && k.secret.size > 0 &&
			(session_is_long_term(&k.id) ||
				(!k.token && strncmp(k.id.data, "ASIA", 4) != 0)) &&
			!stand_elsewhere(credentials, header, &k);
		free_keys(&k);
		at = i;
		i = header->next;
	}
	if (!lost)
		return STATUS_OK;
	return error_set(e, STATUS_CONFIG,
		"%s:%zu: [%s] holds long-term keys that are nowhere else in this "
		"file; the session would overwrite them, and AWS shows a secret "
		"only once; move them with aws-mfa setup, or give them a section of their own "
		"by renaming [%s] to [%s-keys], or overwrite them with aws-mfa --force",
		credentials->path, at, section, section, section);
}
