#include "rules.h"

#include "timeout.h"

/* clang-format off */
#define NO_OPTION {.names = {NULL}}

static const struct rule rules[N_SETTINGS] = {
	[SETTING_PROFILE] = {"profile",
		{.names = {"--profile"}, .argument = "NAME",
			.help = "the profile", .values = VALUES_PROFILES},
		{"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_MFA_PROFILE"}, {NULL}, "default", false},
	[SETTING_LONG_TERM_SUFFIX] = {"long-term suffix",
		{.names = {"--long-term-suffix", "--long-suffix"}, .argument = "WORD",
			.help = "keys are in [NAME-WORD], or in [NAME] if WORD is none"},
		{NULL}, {"long_term_suffix"}, "long-term", false},
	[SETTING_SHORT_TERM_SUFFIX] = {"short-term suffix",
		{.names = {"--short-term-suffix", "--short-suffix"}, .argument = "WORD",
			.help = "session goes to [NAME-WORD], or to [NAME] if WORD is none"},
		{NULL}, {"short_term_suffix"}, "none", false},
	[SETTING_CREDENTIALS_FILE] = {"credentials file", NO_OPTION,
		{"AWS_SHARED_CREDENTIALS_FILE"}, {NULL}, "~/.aws/credentials", false},
	[SETTING_CONFIG_FILE] = {"config file", NO_OPTION,
		{"AWS_CONFIG_FILE"}, {NULL}, "~/.aws/config", false},
	[SETTING_DEVICE] = {"device",
		{.names = {"--device", "--serial-number"}, .argument = "ARN",
			.help = "the MFA device", .values = VALUES_DEVICES},
		{"MFA_DEVICE"}, {"aws_mfa_device", "mfa_serial"}, NULL, true},
	[SETTING_ASSUME_ROLE] = {"role",
		{.names = {"--assume-role", "--assume"}, .argument = "ARN",
			.help = "the role to assume", .values = VALUES_ROLES},
		{"MFA_ASSUME_ROLE"}, {"assume_role", "role_arn"}, NULL, true},
	[SETTING_DURATION] = {"duration",
		{.names = {"--duration"}, .argument = "TIME",
			.help = "900 to 129600 seconds, or 15m, 12h; else 12h, or 1h with a role"},
		{"MFA_STS_DURATION"}, {"duration", "duration_seconds"}, NULL, true},
	[SETTING_RENEW_BEFORE] = {"renew before",
		{.names = {"--renew-before"}, .argument = "TIME",
			.help = "renew a session that ends within 60 to 129600 seconds, or 30m, 1h"},
		{NULL}, {"renew_before"}, "60", true},
	[SETTING_ROLE_SESSION_NAME] = {"role session name",
		{.names = {"--role-session-name"}, .argument = "NAME",
			.help = "name of the role's session; else the login name"},
		{NULL}, {"role_session_name"}, NULL, true},
	[SETTING_EXTERNAL_ID] = {"external ID",
		{.names = {"--external-id"}, .argument = "ID",
			.help = "the ID that the role's owner requires"},
		{NULL}, {"external_id"}, NULL, true},
	[SETTING_SOURCE_IDENTITY] = {"source identity",
		{.names = {"--source-identity"}, .argument = "NAME",
			.help = "who uses the role's session, for CloudTrail"},
		{NULL}, {"source_identity"}, NULL, true},
	[SETTING_TAGS] = {"tags",
		{.names = {"--tag"}, .argument = "KEY=VALUE", .adds_up = true,
			.help = "tag of the role's session; may be repeated"},
		{NULL}, {"session_tags"}, NULL, true},
	[SETTING_TRANSITIVE_TAGS] = {"transitive tags",
		{.names = {"--transitive-tag-key"}, .argument = "KEY", .adds_up = true,
			.help = "key of a tag that roles assumed from this one inherit"},
		{NULL}, {"transitive_session_tags"}, NULL, true},
	[SETTING_REGION] = {"region",
		{.names = {"--region"}, .argument = "REGION",
			.help = "region of STS; else the global endpoint"},
		{"AWS_REGION", "AWS_DEFAULT_REGION"}, {"region"}, NULL, true},
	[SETTING_ENDPOINT_URL] = {"endpoint",
		{.names = {"--endpoint-url"}, .argument = "URL",
			.help = "URL of STS and IAM"},
		{"AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"}, {"endpoint_url"}, NULL, true},
	[SETTING_IAM_ENDPOINT_URL] = {"IAM endpoint", NO_OPTION,
		{"AWS_ENDPOINT_URL_IAM", "AWS_ENDPOINT_URL"}, {"endpoint_url"}, NULL, true},
	[SETTING_IGNORE_ENDPOINTS] = {"ignore endpoints", NO_OPTION,
		{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"}, {"ignore_configured_endpoint_urls"},
		"false", true},
	[SETTING_REGIONAL_ENDPOINTS] = {"regional endpoints", NO_OPTION,
		{"AWS_STS_REGIONAL_ENDPOINTS"}, {"sts_regional_endpoints"}, "regional", true},
	[SETTING_FIPS] = {"FIPS endpoint", NO_OPTION,
		{"AWS_USE_FIPS_ENDPOINT"}, {"use_fips_endpoint"}, "false", true},
	[SETTING_DUAL_STACK] = {"dual-stack endpoint", NO_OPTION,
		{"AWS_USE_DUALSTACK_ENDPOINT"}, {"use_dualstack_endpoint"}, "false", true},
	[SETTING_CA_BUNDLE] = {"CA certificates", NO_OPTION,
		{"AWS_CA_BUNDLE"}, {"ca_bundle"}, NULL, true},
	[SETTING_HTTPS_PROXY] = {"proxy", NO_OPTION,
		{"https_proxy", "HTTPS_PROXY"}, {"https_proxy"}, NULL, false},
	[SETTING_NO_PROXY] = {"no proxy for", NO_OPTION,
		{"no_proxy", "NO_PROXY"}, {"no_proxy"}, NULL, false},
	[SETTING_TOKEN_COMMAND] = {"token command",
		{.names = {"--token-command"}, .argument = "COMMAND", .secret = true,
			.help = "a program that prints the code, with its arguments"},
		{NULL}, {"mfa_process"}, NULL, true},
	[SETTING_TIMEOUT] = {"timeout",
		{.names = {"--timeout"}, .argument = "SECONDS",
			.help = "time limit; your typing does not count"},
		{NULL}, {"timeout"}, TIMEOUT_TEXT(TIMEOUT_DEFAULT), false},
};
/* clang-format on */

const struct rule *settings_rule(enum setting id)
{
	return &rules[id];
}

const char *settings_name(enum setting id)
{
	return rules[id].name;
}

bool settings_may_hold_password(enum setting id)
{
	return id == SETTING_HTTPS_PROXY || id == SETTING_ENDPOINT_URL ||
		id == SETTING_IAM_ENDPOINT_URL || id == SETTING_TOKEN_COMMAND;
}

size_t settings_known_keys(const char *known[2 * N_SETTINGS])
{
	size_t n = 0;

	for (enum setting id = 0; id < N_SETTINGS; id++)
		/* Both endpoints have one key. */
		for (size_t i = 0; i < 2 && rules[id].keys[i] && id != SETTING_IAM_ENDPOINT_URL;
			i++)
			known[n++] = rules[id].keys[i];
	return n;
}
