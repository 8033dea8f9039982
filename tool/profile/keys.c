#include "keys.h"

#include "credentials/session.h"
#include "settings/value.h"

#include <stdlib.h>
#include <string.h>

size_t profile_section_name(
	char to[static SECTION_SIZE], const char *name, size_t len, const char *suffix)
{
	size_t more = value_is_word(suffix, "none") ? 0 : strlen(suffix) + 1;

	if (len + more >= SECTION_SIZE)
		len = more = 0;
	memcpy(to, name, len);
	if (more > 0) {
		to[len] = '-';
		memcpy(to + len + 1, suffix, more - 1);
	}
	to[len + more] = '\0';
	return len + more;
}

/* Any role of the session will do. */
static void look_at_source(const struct profile_files *f, const char *name,
	const struct sections *p, struct profile_keys *k)
{
	const struct section *own = &p->part[CREDENTIALS];
	enum session_state state;
	time_t expiration;

	k->source_is_static = section_has_static_keys(own);
	k->source_is_other = own->key[SESSION_TOKEN] && !own->key[ASSUMED_ROLE];
	state = session_check(
		&f->settings.credentials, name, NULL, SESSION_LEAST, f->now, &expiration);
	if (state == SESSION_VALID || state == SESSION_OTHER_ROLE)
		k->source_expiration = expiration;
}

static void note_device(const struct sections *p, struct profile_keys *k)
{
	char *device = sections_value(p, DEVICE);

	if (!device)
		device = sections_value(p, MFA_SERIAL);
	if (!device)
		return;
	free(k->device);
	k->device = device;
}

/* Keys in [NAME] itself count only in a source profile. */
static bool has_keys(
	const struct profile_files *f, const char *name, bool also_in_own, struct profile_keys *k)
{
	char section[SECTION_SIZE];
	size_t len = profile_section_name(
		section, name, strlen(name), f->settings.value[SETTING_LONG_TERM_SUFFIX]);
	const struct ini_line *header = section_header(f, section, len);

	if (!header && also_in_own)
		header = section_header(f, name, strlen(name));
	if (!header)
		return false;
	section_read(f, CREDENTIALS, header, &k->lines);
	k->section = strndup(k->lines.ini->bytes.data + header->name, header->name_len);
	return true;
}

void profile_keys_find(const struct profile_files *f, const char *name, const struct sections *own,
	struct profile_keys *k)
{
	struct sections source = *own;
	char *at = strdup(name), *next;
	bool found = false, with_credentials = false;

	*k = (struct profile_keys){.section = NULL};
	/* AWS tools look for credentials in the sources, also if the profile has keys of ours. */
	for (int i = 0; i < PROFILE_STEPS_MAX && at && !(found && with_credentials); i++) {
		if (i > 0) {
			sections_read(f, at, &source);
			if (!found)
				note_device(&source, k);
			if (!with_credentials && source.part[CREDENTIALS].key[ACCESS_KEY_ID])
				look_at_source(f, at, &source, k);
			with_credentials |= source.part[CREDENTIALS].key[ACCESS_KEY_ID] != NULL;
		}
		next = sections_value(&source, SOURCE_PROFILE);
		if (!found) {
			found = has_keys(f, at,
				section_has_static_keys(&source.part[CREDENTIALS]) &&
					(i > 0 || (next && strcmp(next, at) == 0)),
				k);
			k->from_source = found && i > 0;
		}
		free(at);
		at = next;
	}
	k->end = source;
	free(at);
}

void profile_keys_free(struct profile_keys *k)
{
	free(k->section);
	free(k->device);
}
