#include "value.h"

#include "ascii.h"
#include "pasted.h"
#include "sts_limits.h"
#include "text/utf8.h"
#include "timeout.h"

#include <string.h>

#define DIGITS "0123456789"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define WORD DIGITS LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"

static bool length_within(const char *s, size_t min, size_t max)
{
	size_t len = strlen(s);

	return len >= min && len <= max;
}

static bool made_of(const char *s, const char *chars)
{
	return s[strspn(s, chars)] == '\0';
}

/* The decimal number at the start of s, at most 9 digits; -1 without one. *end: what follows. */
static long leading_number(const char *s, const char **end)
{
	size_t digits;
	long n = 0;

	for (digits = 0; ascii_is_digit(s[digits]); digits++)
		n = digits < 9 ? 10 * n + (s[digits] - '0') : -1;
	*end = s + digits;
	return digits == 0 ? -1 : n;
}

/* Seconds, or a number with a unit, that is least or more and no longer than a session. */
static bool is_time(const char *value, long least, long *seconds)
{
	const char *unit;
	long n = leading_number(value, &unit);

	if (strcmp(unit, "h") == 0)
		n = n > 36 ? -1 : n * 3600;
	else if (strcmp(unit, "m") == 0)
		n = n > 36L * 60 ? -1 : n * 60;
	else if (*unit && strcmp(unit, "s") != 0)
		return false;
	if (n < least || n > STS_SESSION_LONGEST)
		return false;
	*seconds = n;
	return true;
}

const char *value_duration(const char *value, long *seconds)
{
	return is_time(value, STS_SESSION_SHORTEST, seconds)
		? NULL
		: "expected 900 to 129600 seconds (15m to 36h), such as 3600, 15m or 12h";
}

const char *value_renew_before(const char *value, long *seconds)
{
	return is_time(value, SESSION_LEAST, seconds)
		? NULL
		: "expected 60 to 129600 seconds (1m to 36h), such as 900, 30m or 1h";
}

const char *value_timeout(const char *value, long *seconds)
{
	const char *rest;
	long n = leading_number(value, &rest);

	if (n < 1 || n > TIMEOUT_LONGEST || *rest)
		return "expected a number of seconds from 1 to " TIMEOUT_TEXT(TIMEOUT_LONGEST);
	*seconds = n;
	return NULL;
}

/* What follows arn:PARTITION:iam::, or NULL. */
static const char *behind_iam(const char *arn)
{
	const char *p;

	if (strncmp(arn, "arn:aws", 7) != 0)
		return NULL;
	p = arn + 7;
	p += strspn(p, LOWER "-");
	return strncmp(p, ":iam::", 6) == 0 ? p + 6 : NULL;
}

const char *value_account(const char *arn)
{
	const char *p = behind_iam(arn);

	return p && strspn(p, DIGITS) == ACCOUNT_DIGITS && p[ACCOUNT_DIGITS] == ':' ? p : NULL;
}

/* What follows arn:PARTITION:iam::ACCOUNT:, or NULL. */
static const char *iam_resource(const char *arn)
{
	const char *account = value_account(arn);

	return account ? account + ACCOUNT_DIGITS + 1 : NULL;
}

const char *value_role_arn(const char *value)
{
	const char *resource = iam_resource(value), *empty = behind_iam(value);

	if (!resource && empty && *empty == ':')
		resource = empty + 1;
	if (!resource || strncmp(resource, "role/", 5) != 0 || !sts_takes_role_arn(value) ||
		!made_of(resource + 5, WORD "+=,.@-/") || resource[strlen(resource) - 1] == '/')
		return "expected arn:aws:iam::ACCOUNT:role/NAME, ACCOUNT being 12 digits";
	return NULL;
}

const char *value_mfa_serial(const char *value)
{
	const char *resource;

	if (!sts_takes_serial(value))
		return "expected the ARN of an MFA device, arn:aws:iam::ACCOUNT:mfa/NAME, or the "
		       "serial number of a hardware device: 9 to 256 letters, digits or any of "
		       "+=/:,.@-";
	if (strncmp(value, "arn:", 4) != 0)
		return pasted_secret(value) ? "this looks like a secret access key; expected "
					      "arn:aws:iam::ACCOUNT:mfa/NAME"
					    : NULL;
	resource = iam_resource(value);
	if (!resource)
		return "expected arn:aws:iam::ACCOUNT:mfa/NAME, ACCOUNT being 12 digits";
	if (strncmp(resource, "user/", 5) == 0)
		return "this is the user, not the device; is it .../mfa/NAME and not "
		       ".../user/NAME?";
	if (strncmp(resource, "u2f/", 4) == 0)
		return "STS does not accept passkeys and security keys; add a virtual MFA device to "
		       "the IAM user and name that device";
	if (strncmp(resource, "mfa/", 4) != 0 || resource[4] == '\0')
		return "expected arn:aws:iam::ACCOUNT:mfa/NAME";
	return NULL;
}

const char *value_role_session_name(const char *value)
{
	return sts_takes_session_name(value) ? NULL : "expected " STS_SESSION_NAME_HAS;
}

const char *value_external_id(const char *value)
{
	return sts_takes_external_id(value) ? NULL : "expected " STS_EXTERNAL_ID_HAS;
}

const char *value_region(const char *value)
{
	if (!length_within(value, 1, 63) || !made_of(value, DIGITS LOWER "-") || *value == '-' ||
		value[strlen(value) - 1] == '-')
		return "expected the name of a region, such as eu-west-1";
	return NULL;
}

/* Not strcasecmp(), because its result depends on the locale. */
bool value_is_word(const char *value, const char *word)
{
	for (; *word; value++, word++)
		if ((*value >= 'A' && *value <= 'Z' ? *value | 0x20 : *value) != *word)
			return false;
	return !*value;
}

const char *value_boolean(const char *value, bool *yes)
{
	*yes = value_is_word(value, "true");
	return *yes || value_is_word(value, "false") ? NULL : "expected true or false";
}

const char *value_regional_endpoints(const char *value, bool *legacy)
{
	*legacy = value_is_word(value, "legacy");
	return *legacy || value_is_word(value, "regional") ? NULL : "expected regional or legacy";
}

const char *value_endpoint_url(const char *value)
{
	if (!length_within(value, 9, 2048) || !ascii_is_graphic(value) ||
		(strncmp(value, "https://", 8) != 0 && strncmp(value, "http://", 7) != 0))
		return "expected a URL, such as https://sts.eu-west-1.amazonaws.com";
	return NULL;
}

const char *value_proxy(const char *value)
{
	if (!length_within(value, 1, 2048) || !ascii_is_graphic(value) ||
		(strstr(value, "://") && strncmp(value, "http://", 7) != 0 &&
			strncmp(value, "https://", 8) != 0 && strncmp(value, "socks", 5) != 0))
		return "expected http://HOST:PORT, https://HOST:PORT or socks5h://HOST:PORT";
	return NULL;
}

const char *value_no_proxy(const char *value)
{
	return length_within(value, 1, 4096) && ascii_is_printable(value)
		? NULL
		: "expected names of hosts separated by commas";
}

const char *value_path(const char *value)
{
	if (!length_within(value, 1, 4095))
		return "expected a path of at most 4095 bytes";
	return ascii_has_control(value) ? "expected a path without control characters" : NULL;
}

const char *value_access_key_id(const char *value)
{
	return sts_takes_access_key_id(value)
		? NULL
		: "expected an access key id, such as AKIA and 16 more letters and digits";
}

const char *value_secret_access_key(const char *value)
{
	return sts_takes_secret_access_key(value)
		? NULL
		: "expected a secret access key: 256 characters at most, no blanks";
}

const char *value_profile(const char *value)
{
	size_t len = strlen(value);

	if (len == 0 || len > 256)
		return "expected a profile name of 1 to 256 bytes";
	if (strcmp(value, "DEFAULT") == 0)
		return "expected another name: Python tools apply the section [DEFAULT] to all profiles";
	if (!utf8_valid(value, len))
		return "expected a profile name in UTF-8";
	if (utf8_space_at_start(value, len) || utf8_space_at_end(value, len))
		return "expected a profile name without blanks around it";
	if (ascii_has_control(value) || value[strcspn(value, "[]")])
		return "expected a profile name without brackets or control characters";
	return NULL;
}
