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
	};
}
