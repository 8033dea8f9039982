/*
 * Where STS and IAM are. A region leads only to hosts of AWS's. A URL leads only to the host that
 * it names. The first byte holds the flags. Then come region and URL, with a NUL between them.
 */
#include "fuzz.h"

#include "endpoint.h"

static int ends_with(const char *s, const char *end)
{
	size_t len = strlen(s), end_len = strlen(end);

	return len > end_len && strcmp(s + len - end_len, end) == 0;
}

static int is_of_aws(const char *host)
{
	static const char *const suffixes[] = {".amazonaws.com", ".amazonaws.com.cn", ".api.aws",
		".api.amazonwebservices.com.cn", ".c2s.ic.gov", ".sc2s.sgov.gov", ".cloud.adc-e.uk",
		".csp.hci.ic.gov", ".amazonaws.eu", ".api.amazonwebservices.eu", ".api.aws.ic.gov",
		".api.aws.scloud", ".api.cloud-aws.adc-e.uk", ".api.aws.hci.ic.gov"};

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (ends_with(host, suffixes[i]))
			return 1;
	return 0;
}

static void check_host(const char *host)
{
	MUST(*host);
	for (; *host; host++)
		MUST(*host > ' ' && *host <= '~' && !strchr("/?#@\\%", *host));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct endpoint_choice want = {0};
	char *text, *url = NULL;
	struct endpoint ep;
	struct error e;

	if (size < 1)
		return 0;
	text = fuzz_string(data + 1, size - 1);
	want.region = data[0] & 1 ? text : NULL;
	if (data[0] & 2)
		url = strlen(text) + 1 < size ? text + strlen(text) + 1 : text;
	want.url = url;
	want.fips = data[0] & 4;
	want.dual_stack = data[0] & 8;
	want.legacy = data[0] & 16;
	want.service = data[0] & 32 ? SERVICE_IAM : SERVICE_STS;
	if (endpoint_resolve(&want, &ep, &e) == 0) {
		const char *scheme = ep.loopback_only ? "http://" : "https://";

		check_host(ep.host);
		MUST(strncmp(ep.url, scheme, strlen(scheme)) == 0);
		MUST(strncmp(ep.url + strlen(scheme), ep.host, strlen(ep.host)) == 0);
		MUST(strcmp(ep.url + strlen(scheme) + strlen(ep.host), ep.path) == 0);
		MUST(ep.path[0] == '/' && ep.path[strlen(ep.path) - 1] == '/');
		MUST(url || (is_of_aws(ep.host) && !ep.loopback_only && ep.partition));
		MUST(!url || (!want.fips && !want.dual_stack));
		endpoint_check_arn(&ep, "it", text, &e);
	} else {
		MUST(e.text[0]);
	}
	free(text);
	return 0;
}
