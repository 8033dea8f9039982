#include "parameters.h"

#include "status.h"
#include "sts_limits.h"

#include <string.h>

static enum status check_tags(const struct role *role, struct error *e)
{
	for (size_t i = 0; i < role->tags.n; i++) {
		const char *tag = role->tags.text[i] ? role->tags.text[i] : "";
		const char *value = strchr(tag, '=');

		if (!value || !sts_takes_tag_key(tag, (size_t)(value - tag)) ||
			!sts_takes_tag_value(value + 1, strlen(value + 1)))
			return error_set(e, STATUS_CONFIG,
				"AWS does not accept the tag \"%.100s\"; expected KEY=VALUE, KEY with at "
				"most 128 characters and VALUE with at most 256",
				tag);
	}
	for (size_t i = 0; i < role->transitive_tag_keys.n; i++) {
		const char *key = role->transitive_tag_keys.text[i];

		if (!key || !sts_takes_tag_key(key, strlen(key)))
			return error_set(e, STATUS_CONFIG,
				"AWS does not accept a transitive tag; expected the key of a tag");
	}
	return STATUS_OK;
}

static enum status check_role(const struct role *role, bool own_endpoint, struct error *e)
{
	if (!role->arn || !sts_takes_role_arn(role->arn) || strncmp(role->arn, "arn:", 4) != 0)
		return error_set(e, STATUS_CONFIG,
			"the role \"%.100s\" is not an ARN; expected arn:aws:iam::ACCOUNT:role/NAME",
			role->arn ? role->arn : "");
	/* Other vendors' STS may have roles without an account; Ceph's does. */
	if (!own_endpoint && strstr(role->arn, ":iam:::"))
		return error_set(e, STATUS_CONFIG,
			"the role \"%.100s\" has no account; expected arn:aws:iam::ACCOUNT:role/NAME",
			role->arn);
	if (!role->session_name || !sts_takes_session_name(role->session_name))
		return error_set(e, STATUS_CONFIG,
			"AWS does not accept the role session name \"%.64s\"; expected " STS_SESSION_NAME_HAS
			"; choose another with --role-session-name",
			role->session_name ? role->session_name : "");
	if (role->external_id && !sts_takes_external_id(role->external_id))
		return error_set(e, STATUS_CONFIG,
			"AWS does not accept this external_id; expected " STS_EXTERNAL_ID_HAS);
	if (role->source_identity && !sts_takes_session_name(role->source_identity))
		return error_set(e, STATUS_CONFIG,
			"AWS does not accept this source_identity; expected " STS_SESSION_NAME_HAS);
	return check_tags(role, e);
}

static enum status check_duration(const struct parameters *s, struct error *e)
{
	long longest = sts_session_longest(s->n_roles);

	if (s->duration == 0 || (s->duration >= STS_SESSION_SHORTEST && s->duration <= longest))
		return STATUS_OK;
	return error_set(e, STATUS_CONFIG,
		"a session cannot last %lld s; %s allows %d to %ld s (--duration)",
		(long long)s->duration,
		s->n_roles > 1           ? "AssumeRole from another role"
			: s->n_roles > 0 ? "AssumeRole"
					 : "GetSessionToken",
		STS_SESSION_SHORTEST, longest);
}

static enum status check_keys(const struct parameters *s, struct error *e)
{
	if (!s->access_key_id || !sts_takes_access_key_id(s->access_key_id))
		return error_set(e, STATUS_CONFIG,
			"aws_access_key_id is missing or not a key id; expected 20 letters and digits");
	if (!s->secret_access_key || !sts_takes_secret_access_key(s->secret_access_key))
		return error_set(e, STATUS_CONFIG,
			"aws_secret_access_key is missing or has blanks in it; copy it again");
	return STATUS_OK;
}

static enum status check_serial(const struct parameters *s, struct error *e)
{
	if (!s->serial || !sts_takes_serial(s->serial))
		return error_set(e, STATUS_CONFIG,
			"\"%.100s\" is not an MFA serial; expected aws_mfa_device = "
			"arn:aws:iam::ACCOUNT:mfa/NAME or the serial number of a hardware device",
			s->serial ? s->serial : "");
	/* Refuse it before a code is asked for: AWS refuses every request with such a device. */
	if (strncmp(s->serial, "arn:", 4) == 0 && strstr(s->serial, ":u2f/"))
		return error_set(e, STATUS_CONFIG,
			"STS does not accept passkeys and security keys such as %s; add a virtual MFA "
			"device (.../mfa/NAME) to the IAM user and name that device",
			s->serial);
	return STATUS_OK;
}

enum status parameters_check(const struct parameters *s, struct error *e)
{
	enum status rc = check_keys(s, e);

	if (rc == STATUS_OK && !s->call)
		rc = check_serial(s, e);
	if (rc == STATUS_OK)
		rc = check_duration(s, e);
	for (size_t i = 0; rc == STATUS_OK && i < s->n_roles; i++)
		rc = check_role(&s->roles[i], s->endpoint_url != NULL, e);
	return rc;
}

enum status parameters_endpoint(
	const struct parameters *s, enum service service, struct endpoint *ep, struct error *e)
{
	const struct endpoint_choice choice = {.service = service,
		.region = s->region,
		.url = service == SERVICE_IAM ? s->iam_endpoint_url : s->endpoint_url,
		.fips = s->fips,
		.dual_stack = s->dual_stack,
		.legacy = s->legacy_endpoint,
		.login = !s->signed_warm_up};
	enum status rc = endpoint_resolve(&choice, ep, e);

	if (rc == STATUS_OK && s->serial)
		rc = endpoint_check_arn(ep, "the MFA device", s->serial, e);
	for (size_t i = 0; rc == STATUS_OK && i < s->n_roles; i++)
		rc = endpoint_check_arn(ep, "the role", s->roles[i].arn, e);
	return rc;
}
