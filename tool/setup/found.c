#include "found.h"

#include "settings/value.h"

#include <stdlib.h>
#include <string.h>

/* AWS gives only the keys of sessions an id that begins with ASIA. */
static bool is_of_session(const struct settings *s, const char *section, const char *id)
{
	struct secret token = ini_get_secret(&s->credentials, section, "aws_session_token", NULL);
	bool yes = strncmp(id, "ASIA", 4) == 0 || (strncmp(id, "AKIA", 4) != 0 && token.size > 0);

	secret_free(&token);
	return yes;
}

void found_in(const struct settings *s, const char *section, struct found *f)
{
	*f = (struct found){0};
	if (!ini_has_section(&s->credentials, section))
		return;
	f->id = ini_get_secret(&s->credentials, section, "aws_access_key_id", NULL);
	f->secret = ini_get_secret(&s->credentials, section, "aws_secret_access_key", NULL);
	if (f->id.size > 0 && f->secret.size > 0 && !is_of_session(s, section, f->id.data))
		f->section = section;
	else
		found_free(f);
}

bool found_any(const struct settings *s, const char *section)
{
	static const char *const keys[] = {
		"aws_access_key_id", "aws_secret_access_key", "aws_mfa_device"};
	const struct ini_line *header = ini_section(&s->credentials, section, strlen(section));
	bool any = false;

	for (size_t i = 0; header && i < 3 && !any; i++)
		any = ini_key(&s->credentials, header, keys[i], strlen(keys[i]));
	return any;
}

bool found_device(const struct settings *s, const char *section)
{
	char *device = ini_get(&s->credentials, section, "aws_mfa_device", NULL);
	bool yes = device && !value_mfa_serial(device);

	free(device);
	return yes;
}

void found_free(struct found *f)
{
	secret_free(&f->id);
	secret_free(&f->secret);
	*f = (struct found){0};
}
