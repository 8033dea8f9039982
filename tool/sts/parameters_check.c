#include "parameters.h"

#include "status.h"

#include <string.h>

#define DIGITS "0123456789"
#define WORD_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_" DIGITS

#define LONGEST_ROLE 43200
#define LONGEST_CHAINED 3600

static bool consists_of(const char *text, size_t min, size_t max, const char *chars)
{
	size_t len = strlen(text);

	return len >= min && len <= max && strspn(text, chars) == len;
}

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

/* Characters of UTF-8; what is in them is checked by aws-mfa, and by AWS. */
static bool has_characters(const char *text, size_t bytes, size_t min, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < bytes; i++)
		n += (text[i] & 0xc0) != 0x80;
	return n >= min && n <= max;
}

static enum status check_tags(const struct role *role, struct error *e)
{
	for (size_t i = 0; i < role->tags.n; i++) {
		const char *tag = role->tags.text[i] ? role->tags.text[i] : "";
		const char *value = strchr(tag, '=');

		if (!value || !has_characters(tag, (size_t)(value - tag), 1, 128) ||
			!has_characters(value + 1, strlen(value + 1), 0, 256))
			return error_set(e, STATUS_CONFIG,
				"the tag \"%.100s\" is not one AWS takes; expected KEY=VALUE of at most "
				"128 and 256 characters",
				tag);
	}
	for (size_t i = 0; i < role->transitive_tag_keys.n; i++) {
		const char *key = role->transitive_tag_keys.text[i];

		if (!key || !has_characters(key, strlen(key), 1, 128))
			return error_set(e, STATUS_CONFIG,
				"a transitive tag's key is not one AWS takes; expected one of the tags'");
	}
	return STATUS_OK;
}

static enum status check_role(const struct role *role, bool own_endpoint, struct error *e)
{
	size_t len = role->arn ? strlen(role->arn) : 0;

	if (len < 20 || len > 2048 || strncmp(role->arn, "arn:", 4) != 0 ||
		!is_printable(role->arn))
		return error_set(e, STATUS_CONFIG,
			"the role \"%.100s\" is not an ARN; expected arn:aws:iam::ACCOUNT:role/NAME",
			role->arn ? role->arn : "");
	/* An STS that is not AWS's may have roles without account, as Ceph's does. */
	if (!own_endpoint && strstr(role->arn, ":iam:::"))
		return error_set(e, STATUS_CONFIG,
			"the role \"%.100s\" has no account; expected arn:aws:iam::ACCOUNT:role/NAME",
			role->arn);
	if (!role->session_name || !consists_of(role->session_name, 2, 64, WORD_CHARS "+=,.@-"))
		return error_set(e, STATUS_CONFIG,
			"the role session name \"%.64s\" is not one AWS takes: 2 to 64 letters, digits "
			"and _+=,.@-; choose another with --role-session-name",
			role->session_name ? role->session_name : "");
	if (role->external_id && !consists_of(role->external_id, 2, 1224, WORD_CHARS "+=,.@:/-"))
		return error_set(e, STATUS_CONFIG,
			"external_id is not one AWS takes: 2 to 1224 letters, digits and _+=,.@:/-");
	if (role->source_identity &&
		!consists_of(role->source_identity, 2, 64, WORD_CHARS "+=,.@-"))
		return error_set(e, STATUS_CONFIG,
			"source_identity is not one AWS takes: 2 to 64 letters, digits and _+=,.@-");
	return check_tags(role, e);
}

static enum status check_duration(const struct parameters *s, struct error *e)
{
	int64_t longest = s->n_roles > 1 ? LONGEST_CHAINED
		: s->n_roles             ? LONGEST_ROLE
					 : LONGEST_SESSION;

	if (s->duration == 0 || (s->duration >= 900 && s->duration <= longest))
		return STATUS_OK;
	return error_set(e, STATUS_CONFIG,
		"a session of %lld s is not possible: %s takes 900 to %lld (--duration)",
		(long long)s->duration,
		s->n_roles > 1           ? "AssumeRole from another role"
			: s->n_roles > 0 ? "AssumeRole"
					 : "GetSessionToken",
		(long long)longest);
}

enum status parameters_check(const struct parameters *s, struct error *e)
{
	enum status rc;

	/* The model says 16 to 128; shorter ones occur at services like STS. */
	if (!s->access_key_id || !consists_of(s->access_key_id, 1, 128, WORD_CHARS))
		return error_set(e, STATUS_CONFIG,
			"aws_access_key_id is missing or not a key id; expected 20 letters and digits");
	if (!s->secret_access_key || !is_printable(s->secret_access_key))
		return error_set(e, STATUS_CONFIG,
			"aws_secret_access_key is missing or has blanks in it; copy it again");
	if (!s->serial || !consists_of(s->serial, 9, 256, WORD_CHARS "+=/:,.@-"))
		return error_set(e, STATUS_CONFIG,
			"the MFA serial \"%.100s\" is not one; expected aws_mfa_device = "
			"arn:aws:iam::ACCOUNT:mfa/NAME or the number of a hardware device",
			s->serial ? s->serial : "");
	/* No request to AWS could ever succeed with it, so no code is asked of it. */
	if (strncmp(s->serial, "arn:", 4) == 0 && strstr(s->serial, ":u2f/"))
		return error_set(e, STATUS_CONFIG,
			"%s is a passkey or security key, which STS cannot take: add a virtual MFA "
			"device (.../mfa/NAME) to the user as well and name that one",
			s->serial);
	rc = check_duration(s, e);
	for (size_t i = 0; rc == STATUS_OK && i < s->n_roles; i++)
		rc = check_role(&s->roles[i], s->endpoint_url != NULL, e);
	return rc;
}
