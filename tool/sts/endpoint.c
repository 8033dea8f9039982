#include "endpoint.h"

#include "endpoint_rules.h"
#include "partition.h"
#include "status.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define GLOBAL_REGION "us-east-1"

/* partitions.json. All that partition_of_region() returns. */
static const struct partition {
	const char *name;
	const char *suffix;        /* dnsSuffix */
	const char *dual_stack;    /* dualStackDnsSuffix */
	const char *global_region; /* implicitGlobalRegion */
	/* What stands between "iam." or "iam-fips." and the suffix. */
	const char *iam, *iam_fips, *iam_dual_stack;
} partitions[] = {
	/* clang-format off */
	{"aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn", "cn-northwest-1",
		"cn-north-1.", "", "global."},
	{"aws-us-gov", "amazonaws.com", "api.aws", "us-gov-west-1",
		"us-gov.", "us-gov.", "us-gov."},
	{"aws-iso", "c2s.ic.gov", "api.aws.ic.gov", "us-iso-east-1",
		"us-iso-east-1.", "us-iso-east-1.", ""},
	{"aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud", "us-isob-east-1",
		"us-isob-east-1.", "us-isob-east-1.", ""},
	{"aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "eu-isoe-west-1",
		"eu-isoe-west-1.", "", ""},
	{"aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov", "us-isof-south-1",
		"us-isof-south-1.", "", ""},
	{"aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu", "eusc-de-east-1",
		"eusc-de-east-1.", "", ""},
	{"aws", "amazonaws.com", "api.aws", GLOBAL_REGION,
		"", "", "global."},
	/* clang-format on */
};
#define N_PARTITIONS (sizeof(partitions) / sizeof(partitions[0]))

/* The regions of the time when STS had only one endpoint (UseGlobalEndpoint in the rule set). */
static const char *const legacy_regions[] = {"ap-northeast-1", "ap-south-1", "ap-southeast-1",
	"ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2",
	"eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2"};

static bool is_legacy(const char *region)
{
	for (size_t i = 0; i < sizeof(legacy_regions) / sizeof(legacy_regions[0]); i++)
		if (strcmp(region, legacy_regions[i]) == 0)
			return true;
	return false;
}

static const struct partition *partition_of(const char *region)
{
	const char *name = partition_of_region(region);
	size_t i = 0;

	while (strcmp(partitions[i].name, name) != 0)
		i++;
	return &partitions[i];
}

/* RFC 1123 s2.1, like isValidHostLabel() of the rule set. */
static bool is_host_label(const char *s)
{
	size_t len = strlen(s);

	if (len == 0 || len > 63 || s[0] == '-' || s[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)s[i]) && s[i] != '-')
			return false;
	return true;
}

static enum status resolve_url(
	const struct endpoint_choice *want, struct endpoint *ep, struct error *e)
{
	const char *variant = want->fips ? "use_fips_endpoint"
		: want->dual_stack       ? "use_dualstack_endpoint"
					 : NULL;
	enum status rc = endpoint_rules_variant(want->url, "endpoint_url", variant, e);

	if (rc == STATUS_OK && want->login)
		rc = endpoint_rules_login(want->url, "endpoint_url", e);
	return rc == STATUS_OK ? endpoint_url_parse(want->url, ep, e) : rc;
}

static const char *suffix_of(const struct endpoint_choice *want, const struct partition *p)
{
	return want->dual_stack ? p->dual_stack : p->suffix;
}

static void name_sts(
	struct endpoint *ep, const struct endpoint_choice *want, const struct partition *p)
{
	/* In this partition the plain hosts are FIPS hosts. */
	bool gov = strcmp(p->name, "aws-us-gov") == 0 && !want->dual_stack;

	snprintf(ep->host, sizeof(ep->host), "sts%s.%s.%s", want->fips && !gov ? "-fips" : "",
		ep->region, suffix_of(want, p));
}

static void name_iam(
	struct endpoint *ep, const struct endpoint_choice *want, const struct partition *p)
{
	bool gov = strcmp(p->name, "aws-us-gov") == 0, cn = strcmp(p->name, "aws-cn") == 0;
	const char *zone = want->dual_stack ? p->iam_dual_stack : want->fips ? p->iam_fips : p->iam;

	/* The rule set has no rule for FIPS in China, so its general rule counts there. */
	if (cn && want->fips)
		zone = p->iam_fips;
	snprintf(ep->region, sizeof(ep->region), "%s",
		cn && !want->fips ? "cn-north-1" : p->global_region);
	snprintf(ep->host, sizeof(ep->host), "iam%s.%s%s", want->fips && !gov ? "-fips" : "", zone,
		suffix_of(want, p));
}

const char *endpoint_service(enum service service)
{
	static const char *const names[N_SERVICES] = {"sts", "iam"};

	return names[service];
}

enum status endpoint_resolve(
	const struct endpoint_choice *want, struct endpoint *ep, struct error *e)
{
	const char *region = want->region ? want->region : "aws-global";
	const struct partition *p;
	bool global;

	*ep = (struct endpoint){.path = "/"};
	if (!is_host_label(region))
		return error_set(e, STATUS_CONFIG,
			"\"%.80s\" is not a region; expected a name such as eu-central-1", region);
	p = partition_of(region);
	global = !want->url && !want->fips && !want->dual_stack &&
		(strcmp(region, "aws-global") == 0 || (want->legacy && is_legacy(region)));
	if (global || partition_is_global(p->name, region))
		region = p->global_region;
	snprintf(ep->region, sizeof(ep->region), "%s", region);
	if (want->url)
		return resolve_url(want, ep, e);
	ep->partition = p->name;
	if (want->service == SERVICE_IAM)
		name_iam(ep, want, p);
	else if (global)
		snprintf(ep->host, sizeof(ep->host), "sts.%s", p->suffix);
	else
		name_sts(ep, want, p);
	snprintf(ep->url, sizeof(ep->url), "https://%s/", ep->host);
	return STATUS_OK;
}

enum status endpoint_check_arn(
	const struct endpoint *ep, const char *what, const char *arn, struct error *e)
{
	const char *name = arn + 4;
	size_t len;

	if (!ep->partition || strncmp(arn, "arn:", 4) != 0)
		return STATUS_OK;
	len = strcspn(name, ":");
	if (len == strlen(ep->partition) && strncmp(name, ep->partition, len) == 0)
		return STATUS_OK;
	for (size_t i = 0; i < N_PARTITIONS; i++)
		if (len == strlen(partitions[i].name) &&
			strncmp(name, partitions[i].name, len) == 0)
			return error_set(e, STATUS_CONFIG,
				"%s %.300s is in partition %s, but %s is in partition %s: set region to one "
				"in the first partition, such as %s",
				what, arn, partitions[i].name, ep->host, ep->partition,
				partitions[i].global_region);
	return error_set(e, STATUS_CONFIG,
		"%s %.300s is not in a known partition; expected arn:aws:...", what, arn);
}
