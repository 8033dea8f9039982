#include "actions.h"

#include "form.h"
#include "sts_limits.h"

#include <stdio.h>
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

static void put_shortest(struct form *f, const struct input *in)
{
	(void)in;
	form_put_number(f, "DurationSeconds", STS_SESSION_SHORTEST);
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
	if (role->session_policy)
		form_put(f, "Policy", role->session_policy);
	put_tags(f, role);
	put_mfa(f, in);
	/* The session of an earlier role only has to last until the next role is assumed. */
	form_put_number(f, "DurationSeconds", last ? in->settings->duration : STS_SESSION_SHORTEST);
}

static void put_arguments(struct form *f, const struct input *in)
{
	for (size_t i = 0; i < in->n_arguments; i++)
		form_put(f, in->arguments[i].name, in->arguments[i].value);
	if (in->marker)
		form_put(f, "Marker", in->marker);
}

/*
 * What nobody should do with a session. The IAM API Reference, SimulatePrincipalPolicy: all actions
 * are tried on one resource, so these are actions on a user.
 */
static void put_rights(struct form *f, const struct input *in)
{
	static const char *const names[] = {"iam:CreateAccessKey", "iam:CreateLoginProfile",
		"iam:EnableMFADevice", "iam:DeactivateMFADevice", "iam:ResyncMFADevice"};
	static const char mfa[] = "aws:MultiFactorAuthPresent";

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		form_put_member(f, "ActionNames", i + 1, "", names[i], strlen(names[i]));
	form_put_member(f, "ContextEntries", 1, ".ContextKeyName", mfa, strlen(mfa));
	form_put_member(f, "ContextEntries", 1, ".ContextKeyType", "boolean", strlen("boolean"));
	form_put_member(
		f, "ContextEntries", 1, ".ContextKeyValues.member.1", "true", strlen("true"));
	put_arguments(f, in);
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

#define PART_OF(result)                                                                            \
	{result "/IsTruncated", FIELD_TRUNCATED, ONCE},                                            \
	{                                                                                          \
		result "/Marker", FIELD_MARKER, ONCE                                               \
	}

static const struct wanted devices[] = {
	{"/ListMFADevicesResult/MFADevices/member", FIELD_ITEM, GROUP},
	{"/MFADevices/member/SerialNumber", FIELD_SERIAL, EACH},
	{"/MFADevices/member/EnableDate", FIELD_CREATED, EACH},
	PART_OF("/ListMFADevicesResult"),
	{NULL, 0, ONCE},
};

static const struct wanted keys[] = {
	{"/ListAccessKeysResult/AccessKeyMetadata/member", FIELD_ITEM, GROUP},
	{"/AccessKeyMetadata/member/AccessKeyId", FIELD_ACCESS_KEY_ID, EACH},
	{"/AccessKeyMetadata/member/Status", FIELD_KEY_STATUS, EACH},
	{"/AccessKeyMetadata/member/CreateDate", FIELD_CREATED, EACH},
	PART_OF("/ListAccessKeysResult"),
	{NULL, 0, ONCE},
};

static const struct wanted new_key[] = {
	{"/CreateAccessKeyResult/AccessKey/AccessKeyId", FIELD_ACCESS_KEY_ID, ONCE},
	{"/CreateAccessKeyResult/AccessKey/SecretAccessKey", FIELD_SECRET_ACCESS_KEY, ONCE},
	{NULL, 0, ONCE},
};

static const struct wanted rights[] = {
	{"/SimulatePrincipalPolicyResult/EvaluationResults/member", FIELD_ITEM, GROUP},
	{"/EvaluationResults/member/EvalActionName", FIELD_ACTION, EACH},
	{"/EvaluationResults/member/EvalDecision", FIELD_DECISION, EACH},
	PART_OF("/SimulatePrincipalPolicyResult"),
	{NULL, 0, ONCE},
};

#define STS .service = SERVICE_STS, .version = "2011-06-15"
#define IAM .service = SERVICE_IAM, .version = "2010-05-08"

const struct action actions[N_ACTIONS] = {
	[ACTION_GET_CALLER_IDENTITY] = {STS, "GetCallerIdentity", NULL, identity, .arguments = ""},
	[ACTION_GET_SESSION_TOKEN] = {STS, "GetSessionToken", put_session, credentials,
		.spends_code = true},
	[ACTION_ASSUME_ROLE] = {STS, "AssumeRole", put_role, credentials, .spends_code = true},
	[ACTION_LIST_MFA_DEVICES] = {IAM, "ListMFADevices", put_arguments, devices, .parts = true,
		.arguments = " UserName "},
	[ACTION_LIST_ACCESS_KEYS] = {IAM, "ListAccessKeys", put_arguments, keys, .parts = true,
		.arguments = " UserName "},
	[ACTION_CREATE_ACCESS_KEY] = {IAM, "CreateAccessKey", put_arguments, new_key,
		.changes = true, .arguments = " UserName "},
	[ACTION_UPDATE_ACCESS_KEY] = {IAM, "UpdateAccessKey", put_arguments, NULL, .changes = true,
		.arguments = " UserName AccessKeyId Status "},
	[ACTION_DELETE_ACCESS_KEY] = {IAM, "DeleteAccessKey", put_arguments, NULL, .changes = true,
		.arguments = " UserName AccessKeyId "},
	[ACTION_SIMULATE_RIGHTS] = {IAM, "SimulatePrincipalPolicy", put_rights, rights,
		.arguments = " PolicySourceArn ResourceArns.member.1 "},
	/* Without a code, to see whether a policy denies it. Its credentials are not read. */
	[ACTION_TRY_SESSION] = {STS, "GetSessionToken", put_shortest, NULL, .arguments = "",
		.called = "TrySession"},
	/* The session that signs it carries the MFA. The role is that of the settings. */
	[ACTION_ASSUME_WITH_SESSION] = {STS, "AssumeRole", put_role, credentials, .arguments = "",
		.called = "AssumeWithSession"},
};

static const struct action *find(const char *name)
{
	for (size_t i = 0; i < N_ACTIONS; i++) {
		const struct action *a = &actions[i];

		if (a->arguments && strcmp(a->called ? a->called : a->name, name) == 0)
			return a;
	}
	return NULL;
}

static bool takes(const struct action *a, const char *name)
{
	char padded[32];
	int n = snprintf(padded, sizeof(padded), " %s ", name);

	return n > 2 && (size_t)n < sizeof(padded) && !strchr(name, ' ') &&
		strstr(a->arguments, padded);
}

const struct action *action_parse(
	char *text, struct argument arguments[static ARGUMENTS_MAX], size_t *n)
{
	char *word = strsep(&text, " ");
	const struct action *a = find(word);

	for (*n = 0; a && (word = strsep(&text, " ")); ++*n) {
		char *value = strchr(word, '=');

		if (!value || !value[1] || *n == ARGUMENTS_MAX)
			return NULL;
		*value = '\0';
		if (!takes(a, word))
			return NULL;
		arguments[*n] = (struct argument){word, value + 1};
	}
	return a;
}

unsigned action_signatures(const struct action *a)
{
	return a->spends_code ? 1 : a->parts ? PARTS_MAX + 1 : 2;
}

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
