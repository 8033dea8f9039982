#include "sts_request.h"

struct sts_request sts_request_of(const struct settings *s)
{
	const char *const *value = s->value;

	return (struct sts_request){
		.access_key_id = s->access_key_id,
		.secret_access_key = &s->secret_access_key,
		.region = value[SETTING_REGION],
		.endpoint_url = value[SETTING_ENDPOINT_URL],
		.iam_endpoint_url = value[SETTING_IAM_ENDPOINT_URL],
		.ca_bundle = value[SETTING_CA_BUNDLE],
		.https_proxy = value[SETTING_HTTPS_PROXY],
		.no_proxy = value[SETTING_NO_PROXY],
		.fips = s->fips,
		.dual_stack = s->dual_stack,
		.legacy_endpoint = s->legacy_endpoint,
		.timeout = s->timeout,
		.gives_up_root = policy_of(s->mode)->gives_up_root,
	};
}

struct sts_request sts_request_for_code(const struct settings *s)
{
	const char *const *value = s->value;
	struct sts_request request = sts_request_of(s);

	request.serial = value[SETTING_DEVICE];
	request.duration = s->duration;
	request.signed_warm_up = policy_of(s->mode)->signed_warm_up;
	for (size_t i = 0; i < s->n_via; i++)
		request.roles[request.n_roles++] = (struct sts_request_role){
			.arn = s->via[i].arn,
			.session_name = s->via[i].session_name,
			.external_id = s->via[i].external_id,
			.source_identity = s->via[i].source_identity,
		};
	if (value[SETTING_ASSUME_ROLE])
		request.roles[request.n_roles++] = (struct sts_request_role){
			.arn = value[SETTING_ASSUME_ROLE],
			.session_name = value[SETTING_ROLE_SESSION_NAME],
			.external_id = value[SETTING_EXTERNAL_ID],
			.source_identity = value[SETTING_SOURCE_IDENTITY],
			.session_policy = s->session_policy,
			.tags = value[SETTING_TAGS],
			.transitive_tags = value[SETTING_TRANSITIVE_TAGS],
		};
	return request;
}
