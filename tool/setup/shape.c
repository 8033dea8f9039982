#include "shape.h"

#include "code.h"
#include "settings/value.h"

#include <string.h>

#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define BASE64 UPPER DIGITS "abcdefghijklmnopqrstuvwxyz/+="

#define KEY_ID_LENGTH 20
#define SECRET_LENGTH 40

enum kind { OTHER, KEY_ID, SESSION_KEY_ID, SECRET, ARN, CODE };

static bool made_of(const char *text, size_t len, const char *characters)
{
	return strlen(text) == len && strspn(text, characters) == len;
}

/* What a text looks like, wherever it was pasted. */
static enum kind kind_of(const char *text)
{
	bool key_id = made_of(text, KEY_ID_LENGTH, UPPER DIGITS);

	if (key_id && strncmp(text, "AKIA", 4) == 0)
		return KEY_ID;
	if (key_id && strncmp(text, "ASIA", 4) == 0)
		return SESSION_KEY_ID;
	if (strncmp(text, "arn:", 4) == 0)
		return ARN;
	if (code_is_exact(text))
		return CODE;
	return made_of(text, SECRET_LENGTH, BASE64) ? SECRET : OTHER;
}

#define KEY_ID_IS "; expected the key ID: AKIA and 16 characters"
#define SECRET_IS "; expected the secret of 40 characters"
#define DEVICE_IS "; expected arn:aws:iam::ACCOUNT:mfa/NAME"

const char *shape_key_id(const char *text, bool others)
{
	switch (kind_of(text)) {
	case KEY_ID:
		return NULL;
	case SESSION_KEY_ID:
		return "this is the key of a session; the user's own key begins with AKIA";
	case SECRET:
		return "this looks like the secret" KEY_ID_IS;
	case ARN:
		return "this looks like an MFA device" KEY_ID_IS;
	case CODE:
		return "this looks like an MFA code" KEY_ID_IS;
	case OTHER:
		break;
	}
	if (others && strncmp(text, "AKIA", 4) != 0)
		return value_access_key_id(text);
	return "this is no access key ID: expected AKIA and 16 capital letters or digits";
}

const char *shape_secret(const char *text, bool others)
{
	switch (kind_of(text)) {
	case SECRET:
		return NULL;
	case KEY_ID:
	case SESSION_KEY_ID:
		return "this looks like an access key ID" SECRET_IS;
	case ARN:
		return "this looks like an MFA device" SECRET_IS;
	case CODE:
		return "this looks like an MFA code" SECRET_IS;
	case OTHER:
		break;
	}
	if (others)
		return value_secret_access_key(text);
	return "this is no secret access key: expected 40 letters, digits, / and +";
}

const char *shape_device(const char *text)
{
	switch (kind_of(text)) {
	case SECRET:
		return "this looks like the secret access key" DEVICE_IS;
	case KEY_ID:
	case SESSION_KEY_ID:
		return "this looks like an access key ID" DEVICE_IS;
	case CODE:
		return "this looks like an MFA code" DEVICE_IS;
	default:
		return value_mfa_serial(text);
	}
}
