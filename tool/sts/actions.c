#include "actions.h"

#include "form.h"
#include "sts_limits.h"

#include <string.h>

static void put_mfa(struct form *f, const struct input *in)
{
	if (!in->code)
		return;
	form_put(f, "SerialNumber", in->settings->serial);
	form_put(f, "TokenCode", in->code);
}

static void put_session(struct form *f, const struct input *in)
{
	put_mfa(f, in);
	form_put_number(f, "DurationSeconds", in->settings->duration);
}

static void put_tags(struct form *f, const struct role *role)
{
	for (size_t i = 0; i < role->tags.n; i++) {
		const char *tag = role->tags.text[i];
		size_t key_len = strcspn(tag, "=");
		const char *value = tag + key_len + 1;

		form_put_member(f, "Tags", i + 1, ".Key", tag, key_len);
		form_put_member(f, "Tags", i + 1, ".Value", value, strlen(value));
	}
	for (size_t i = 0; i < role->transitive_tag_keys.n; i++) {
		const char *key = role->transitive_tag_keys.text[i];

		form_put_member(f, "TransitiveTagKeys", i + 1, "", key, strlen(key));
	}
}

static void put_role(struct form *f, const struct input *in)
{
	const struct role *role = &in->settings->roles[in->role];
	bool last = in->role + 1 == in->settings->n_roles;

	form_put(f, "RoleArn", role->arn);
	form_put(f, "RoleSessionName", role->session_name);
	if (role->external_id)
		form_put(f, "ExternalId", role->external_id);
	if (role->source_identity)
		form_put(f, "SourceIdentity", role->source_identity);
	put_tags(f, role);
	put_mfa(f, in);
	/* The session of an earlier role only has to last until the next role is assumed. */
	form_put_number(f, "DurationSeconds", last ? in->settings->duration : STS_SESSION_SHORTEST);
}

static const struct wanted identity[] = {
	{"/GetCallerIdentityResult/Account", FIELD_ACCOUNT, ONCE},
	{"/GetCallerIdentityResult/Arn", FIELD_ARN, ONCE},
	{NULL, 0, ONCE},
};

/* The fields of GetSessionTokenResult and AssumeRoleResult. */
static const struct wanted credentials[] = {
	{"Result/Credentials/AccessKeyId", FIELD_ACCESS_KEY_ID, ONCE},
	{"Result/Credentials/SecretAccessKey", FIELD_SECRET_ACCESS_KEY, ONCE},
	{"Result/Credentials/SessionToken", FIELD_SESSION_TOKEN, ONCE},
	{"Result/Credentials/Expiration", FIELD_EXPIRATION, ONCE},
	{NULL, 0, ONCE},
};

#define STS "sts", "2011-06-15"

const struct action actions[] = {
	[ACTION_GET_CALLER_IDENTITY] = {STS, "GetCallerIdentity", NULL, identity, false},
	[ACTION_GET_SESSION_TOKEN] = {STS, "GetSessionToken", put_session, credentials, true},
	[ACTION_ASSUME_ROLE] = {STS, "AssumeRole", put_role, credentials, true},
};

size_t action_write(const struct action *a, const struct input *in, char *body, size_t size)
{
	struct form f = {.text = body, .size = size};

	form_put(&f, "Action", a->name);
	form_put(&f, "Version", a->version);
	if (a->put)
		a->put(&f, in);
	form_end(&f);
	return f.len;
}
