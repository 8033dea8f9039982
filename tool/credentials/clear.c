#include "clear.h"

#include "session.h"
#include "store.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

const struct ini_pair session_removed[SESSION_KEYS] = {
	{"aws_access_key_id", NULL},
	{"aws_secret_access_key", NULL},
	{"aws_session_token", NULL},
	{"aws_security_token", NULL},
	{"expiration", NULL},
	{"assumed_role", NULL},
	{"assumed_role_arn", NULL},
};

/* Returns the line of the section itself that sets key. NULL without a value. */
static const struct ini_line *own_line(
	const struct ini *ini, const struct ini_line *section, const char *key)
{
	const struct ini_line *l = ini_key(ini, section, key, strlen(key));

	return l && l->value_len > 0 && ini->lines[l->section - 1].section == section->section
		? l
		: NULL;
}

enum clear_found clear_look(const struct ini *credentials, const char *section)
{
	const struct ini_line *header = ini_section(credentials, section, strlen(section)), *id;
	enum clear_found found = CLEAR_NOTHING;
	struct secret value = {0};

	if (!header || !ini_is_section(credentials, header))
		return CLEAR_NOTHING;
	id = own_line(credentials, header, "aws_access_key_id");
	if (id)
		value = ini_value(credentials, id);
	if (own_line(credentials, header, "aws_session_token"))
		found = session_is_long_term(&value) ? CLEAR_TOKEN : CLEAR_SESSION;
	else if (id || own_line(credentials, header, "aws_secret_access_key"))
		found = CLEAR_STATIC;
	secret_free(&value);
	return found;
}

bool clear_is_ours(const struct ini *credentials, const struct ini_line *section)
{
	return own_line(credentials, section, "aws_session_token") &&
		own_line(credentials, section, "assumed_role") &&
		own_line(credentials, section, "expiration");
}

/* The sections to clear. found has one entry for each line, and counts on a section's first header.
 */
struct clearing {
	const char *const *sections;
	size_t n;
	unsigned char *found;
	const struct ini *ini;
};

static bool is_removed(const void *arg, const struct ini_line *l)
{
	const struct clearing *c = arg;
	uint32_t header = l->section ? c->ini->lines[l->section - 1].section : 0;
	enum clear_found found = header ? c->found[header - 1] : CLEAR_NOTHING;
	const char *name = c->ini->bytes.data + l->name;

	for (size_t i = found == CLEAR_TOKEN ? SESSION_KEY_ITSELF : 0;
		found != CLEAR_NOTHING && i < SESSION_KEYS; i++)
		if (strlen(session_removed[i].key) == l->name_len &&
			strncasecmp(session_removed[i].key, name, l->name_len) == 0)
			return true;
	return false;
}

/* Leaves *out empty if there is nothing to remove. */
static enum status make(const void *arg, const struct ini *ini, struct secret *out, struct error *e)
{
	struct clearing c = *(const struct clearing *)arg;
	enum status rc = STATUS_OK;
	bool any = false;

	c.ini = ini;
	c.found = calloc(ini->n_lines + 1, 1);
	if (!c.found)
		return error_system(e, ini->path);
	for (size_t i = 0; rc == STATUS_OK && i < c.n; i++) {
		enum clear_found found = clear_look(ini, c.sections[i]);

		if (found != CLEAR_SESSION && found != CLEAR_TOKEN)
			continue;
		if (found == CLEAR_SESSION)
			rc = store_check_spared(ini, c.sections[i], e);
		c.found[ini_section(ini, c.sections[i], strlen(c.sections[i]))->section - 1] =
			(unsigned char)found;
		any = true;
	}
	if (rc == STATUS_OK && any)
		rc = ini_drop(ini, is_removed, &c, out, e);
	free(c.found);
	return rc;
}

enum status clear_sections(const char *path, const char *const sections[], size_t n,
	int64_t deadline_ms, struct error *e)
{
	const struct clearing c = {.sections = sections, .n = n};
	/* The file needs a session: it is not written if another program has emptied it. */
	const struct store_place to = {
		.path = path, .section = sections[0], .keys = sections[0], .replaces_keys = true};

	return store_made(&to, make, &c, deadline_ms, e);
}
