#include "sts_limits.h"

#include "ascii.h"
#include "character.h"

#include <string.h>

#define WORD "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789"

static bool consists_of(const char *text, size_t min, size_t max, const char *characters)
{
	size_t len = strlen(text);

	return len >= min && len <= max && strspn(text, characters) == len;
}

static bool graphic(const char *text, size_t min, size_t max)
{
	size_t len = strlen(text);

	return len >= min && len <= max && ascii_is_graphic(text);
}

long sts_session_longest(size_t n_roles)
{
	return n_roles == 0 ? STS_SESSION_LONGEST : n_roles == 1 ? 43200 : 3600;
}

bool sts_takes_access_key_id(const char *id)
{
	return consists_of(id, 1, 128, WORD);
}

bool sts_takes_secret_access_key(const char *secret)
{
	return graphic(secret, 1, 256);
}

bool sts_takes_serial(const char *serial)
{
	return consists_of(serial, 9, 256, WORD "+=/:,.@-");
}

bool sts_takes_role_arn(const char *arn)
{
	return graphic(arn, 20, 2048);
}

bool sts_takes_session_name(const char *name)
{
	return consists_of(name, 2, 64, WORD "+=,.@-");
}

bool sts_takes_external_id(const char *id)
{
	return consists_of(id, 2, 1224, WORD "+=,.@:/-");
}

bool sts_takes_tag_key(const char *key, size_t len)
{
	return len > 0 && character_count(key, len) <= 128;
}

bool sts_takes_tag_value(const char *value, size_t len)
{
	return character_count(value, len) <= 256;
}
