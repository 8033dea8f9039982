#include "parameters.h"

#include "status.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_TIMEOUT_MS 20000

#define DIGITS "0123456789"
#define WORD_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_" DIGITS

static const struct {
	const char *word;
	size_t offset;
} texts[] = {
	{WORD_ACCESS_KEY_ID, offsetof(struct parameters, access_key_id)},
	{WORD_SERIAL, offsetof(struct parameters, serial)},
	{WORD_REGION, offsetof(struct parameters, region)},
	{WORD_ENDPOINT_URL, offsetof(struct parameters, endpoint_url)},
	{WORD_CA_BUNDLE, offsetof(struct parameters, ca_bundle)},
	{WORD_HTTPS_PROXY, offsetof(struct parameters, https_proxy)},
	{WORD_NO_PROXY, offsetof(struct parameters, no_proxy)},
	{WORD_ROLE_ARN, offsetof(struct parameters, role_arn)},
	{WORD_ROLE_SESSION_NAME, offsetof(struct parameters, role_session_name)},
	{WORD_EXTERNAL_ID, offsetof(struct parameters, external_id)},
	{WORD_SOURCE_IDENTITY, offsetof(struct parameters, source_identity)},
};

static char **text_of(struct parameters *s, const char *word)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(word, texts[i].word) == 0)
			return (char **)(void *)((char *)s + texts[i].offset);
	return NULL;
}

static int broken(struct error *e)
{
	return error_set(e, STATUS_SYSTEM,
		"aws-mfa sent what aws-mfa-sts does not understand; are both of one version?");
}

static int no_memory(struct error *e)
{
	return error_set(e, STATUS_SYSTEM, "out of memory");
}

static int take(struct parameters *s, struct record *rec, struct error *e)
{
	char **text = text_of(s, rec->word);

	if (strcmp(rec->word, WORD_SECRET_ACCESS_KEY) == 0) {
		if (s->secret_access_key)
			return broken(e);
		if (rec->text_len == 0)
			return 0;
		s->secret_access_key = OPENSSL_secure_malloc(rec->text_len + 1);
		if (!s->secret_access_key)
			return no_memory(e);
		memcpy(s->secret_access_key, rec->text, rec->text_len + 1);
		explicit_bzero(rec->text, rec->text_len);
		return 0;
	}
	if (text) {
		if (*text)
			return broken(e);
		if (rec->text_len == 0)
			return 0;
		*text = strdup(rec->text);
		return *text ? 0 : no_memory(e);
	}
	if (strcmp(rec->word, WORD_DURATION) == 0)
		s->duration = record_number(rec->text);
	else if (strcmp(rec->word, WORD_DEADLINE) == 0)
		s->deadline_ms = record_number(rec->text);
	else
		return broken(e);
	return s->duration < 0 || s->deadline_ms < 0 ? broken(e) : 0;
}

int parameters_read(struct record_reader *r, struct parameters *s, struct error *e)
{
	struct record rec;
	int rc;

	*s = (struct parameters){.deadline_ms = monotonic_ms() + DEFAULT_TIMEOUT_MS};
	for (;;) {
		rc = record_read(r, -1, &rec);
		if (rc == RECORD_EOF)
			return rc;
		if (rc != RECORD_OK)
			return broken(e);
		if (strcmp(rec.word, WORD_CONNECT) == 0)
			break;
		rc = take(s, &rec, e);
		if (rc != 0)
			return rc;
	}
	if (strcmp(rec.text, "signed") == 0)
		s->signed_warm_up = true;
	else if (strcmp(rec.text, "unsigned") != 0)
		return broken(e);
	return 0;
}

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

bool parameters_is_code(const char *text)
{
	return consists_of(text, 6, 6, DIGITS);
}

static int check_role(const struct parameters *s, struct error *e)
{
	size_t len = strlen(s->role_arn);

	if (len < 20 || len > 2048 || strncmp(s->role_arn, "arn:", 4) != 0 ||
		!is_printable(s->role_arn))
		return error_set(e, STATUS_CONFIG,
			"the role \"%.100s\" is not an ARN; expected arn:aws:iam::ACCOUNT:role/NAME",
			s->role_arn);
	if (!s->role_session_name || !consists_of(s->role_session_name, 2, 64, WORD_CHARS "+=,.@-"))
		return error_set(e, STATUS_CONFIG,
			"the role session name \"%.64s\" is not one AWS takes: 2 to 64 letters, digits "
			"and _+=,.@-; choose another with --role-session-name",
			s->role_session_name ? s->role_session_name : "");
	if (s->external_id && !consists_of(s->external_id, 2, 1224, WORD_CHARS "+=,.@:/-"))
		return error_set(e, STATUS_CONFIG,
			"external_id is not one AWS takes: 2 to 1224 letters, digits and _+=,.@:/-");
	if (s->source_identity && !consists_of(s->source_identity, 2, 64, WORD_CHARS "+=,.@-"))
		return error_set(e, STATUS_CONFIG,
			"source_identity is not one AWS takes: 2 to 64 letters, digits and _+=,.@-");
	return 0;
}

int parameters_check(const struct parameters *s, struct error *e)
{
	int64_t longest = s->role_arn ? 43200 : 129600;

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
	if (s->duration != 0 && (s->duration < 900 || s->duration > longest))
		return error_set(e, STATUS_CONFIG,
			"a session of %lld s is not possible: %s takes 900 to %lld (--duration)",
			(long long)s->duration, s->role_arn ? "AssumeRole" : "GetSessionToken",
			(long long)longest);
	return s->role_arn ? check_role(s, e) : 0;
}

void parameters_free(struct parameters *s)
{
	if (s->secret_access_key)
		OPENSSL_secure_clear_free(s->secret_access_key, strlen(s->secret_access_key) + 1);
	if (s->https_proxy) /* it may hold a password */
		explicit_bzero(s->https_proxy, strlen(s->https_proxy));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		free(*text_of(s, texts[i].word));
	*s = (struct parameters){0};
}
