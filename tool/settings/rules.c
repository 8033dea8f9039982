#include "rules.h"

#include "paths.h"
#include "text/secret.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The one table of settings; aws-mfa(1), SETTINGS, shows the same. Of two names the first that is
 * set wins. The keys of one that is not personal stand in the site's file only.
 */
static const struct rule {
	const char *name;
	const char *option;
	const char *env[2];
	const char *keys[2];
	const char *built_in;
	bool personal;
} rules[N_SETTINGS] = {
	/* clang-format off */
	[SETTING_PROFILE] = {"profile", "--profile",
		{"AWS_PROFILE", "AWS_DEFAULT_PROFILE"}, {NULL}, "default", false},
	[SETTING_LONG_TERM_SUFFIX] = {"long-term suffix", "--long-term-suffix",
		{NULL}, {"long_term_suffix"}, "long-term", false},
	[SETTING_SHORT_TERM_SUFFIX] = {"short-term suffix", "--short-term-suffix",
		{NULL}, {"short_term_suffix"}, "none", false},
	[SETTING_CREDENTIALS_FILE] = {"credentials file", NULL,
		{"AWS_SHARED_CREDENTIALS_FILE"}, {NULL}, "~/.aws/credentials", false},
	[SETTING_CONFIG_FILE] = {"config file", NULL,
		{"AWS_CONFIG_FILE"}, {NULL}, "~/.aws/config", false},
	[SETTING_DEVICE] = {"device", "--device",
		{"MFA_DEVICE"}, {"aws_mfa_device", "mfa_serial"}, NULL, true},
	[SETTING_ASSUME_ROLE] = {"role", "--assume-role",
		{"MFA_ASSUME_ROLE"}, {"assume_role", "role_arn"}, NULL, true},
	[SETTING_DURATION] = {"duration", "--duration",
		{"MFA_STS_DURATION"}, {"duration", "duration_seconds"}, NULL, true},
	[SETTING_ROLE_SESSION_NAME] = {"role session name", "--role-session-name",
		{NULL}, {"role_session_name"}, NULL, true},
	[SETTING_EXTERNAL_ID] = {"external ID", "--external-id",
		{NULL}, {"external_id"}, NULL, true},
	[SETTING_SOURCE_IDENTITY] = {"source identity", "--source-identity",
		{NULL}, {"source_identity"}, NULL, true},
	[SETTING_TAGS] = {"tags", "--tag",
		{NULL}, {"session_tags"}, NULL, true},
	[SETTING_TRANSITIVE_TAGS] = {"transitive tags", "--transitive-tag-key",
		{NULL}, {"transitive_session_tags"}, NULL, true},
	[SETTING_REGION] = {"region", "--region",
		{"AWS_REGION", "AWS_DEFAULT_REGION"}, {"region"}, NULL, true},
	[SETTING_ENDPOINT_URL] = {"endpoint", "--endpoint-url",
		{"AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"}, {"endpoint_url"}, NULL, true},
	[SETTING_IGNORE_ENDPOINTS] = {"ignore endpoints", NULL,
		{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"}, {"ignore_configured_endpoint_urls"},
		"false", true},
	[SETTING_REGIONAL_ENDPOINTS] = {"regional endpoints", NULL,
		{"AWS_STS_REGIONAL_ENDPOINTS"}, {"sts_regional_endpoints"}, "regional", true},
	[SETTING_FIPS] = {"FIPS endpoint", NULL,
		{"AWS_USE_FIPS_ENDPOINT"}, {"use_fips_endpoint"}, "false", true},
	[SETTING_DUAL_STACK] = {"dual-stack endpoint", NULL,
		{"AWS_USE_DUALSTACK_ENDPOINT"}, {"use_dualstack_endpoint"}, "false", true},
	[SETTING_CA_BUNDLE] = {"CA certificates", NULL,
		{"AWS_CA_BUNDLE"}, {"ca_bundle"}, NULL, true},
	[SETTING_HTTPS_PROXY] = {"proxy", NULL,
		{"https_proxy", "HTTPS_PROXY"}, {"https_proxy"}, NULL, false},
	[SETTING_NO_PROXY] = {"no proxy for", NULL,
		{"no_proxy", "NO_PROXY"}, {"no_proxy"}, NULL, false},
	[SETTING_TIMEOUT] = {"timeout", "--timeout",
		{NULL}, {"timeout"}, "20", false},
	/* clang-format on */
};

const char *settings_name(enum setting id)
{
	return rules[id].name;
}

char *settings_format(const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		s = NULL;
	va_end(ap);
	return s;
}

enum status settings_take(struct settings *s, enum setting id, char *value, char *where,
	enum origin origin, struct error *e)
{
	s->value[id] = value;
	s->where[id] = where;
	s->origin[id] = origin;
	if (!s->value[id] || !s->where[id])
		return error_system(e, "settings");
	return STATUS_OK;
}

void settings_drop(struct settings *s, enum setting id)
{
	secret_free_string(s->value[id]);
	free(s->where[id]);
	s->value[id] = s->where[id] = NULL;
}

enum status settings_take_given(
	struct settings *s, const char *const options[N_SETTINGS], struct error *e)
{
	for (enum setting id = 0; id < N_SETTINGS; id++) {
		enum status rc = STATUS_OK;

		if (options[id]) {
			rc = settings_take(s, id, strdup(options[id]), strdup(rules[id].option),
				ORIGIN_OPTION, e);
		} else {
			for (size_t i = 0; i < 2 && rules[id].env[i] && !s->value[id]; i++) {
				const char *env = getenv(rules[id].env[i]);

				if (env && *env)
					rc = settings_take(s, id, strdup(env),
						strdup(rules[id].env[i]), ORIGIN_ENVIRONMENT, e);
			}
		}
		if (rc != STATUS_OK)
			return rc;
	}
	return STATUS_OK;
}

enum status settings_take_section(
	struct settings *s, const struct ini *ini, const char *section, struct error *e)
{
	for (enum setting id = 0; id < N_SETTINGS; id++) {
		for (size_t i = 0; i < 2 && rules[id].personal && !s->value[id]; i++) {
			char *value;
			enum status rc;
			size_t line;

			if (!rules[id].keys[i])
				break;
			value = ini_get(ini, section, rules[id].keys[i], &line);
			if (!value || !*value) {
				free(value);
				continue;
			}
			rc = settings_take(s, id, value,
				settings_format("%s:%zu: %s", ini->path, line, rules[id].keys[i]),
				ORIGIN_FILE, e);
			if (rc != STATUS_OK)
				return rc;
		}
	}
	return STATUS_OK;
}

enum status settings_take_site(
	struct settings *s, const struct site *site, bool personal, struct error *e)
{
	for (enum setting id = 0; id < N_SETTINGS; id++) {
		for (size_t i = 0; i < 2 && !s->value[id] && rules[id].personal == personal; i++) {
			const char *key = rules[id].keys[i];
			const char *value = key ? site_get(site, key) : NULL;
			enum status rc;

			if (!value)
				continue;
			rc = settings_take(s, id, strdup(value),
				settings_format("%s: %s", AWS_MFA_CONF_PATH, key), ORIGIN_FILE, e);
			if (rc != STATUS_OK)
				return rc;
		}
	}
	return STATUS_OK;
}

enum status settings_take_built_in(struct settings *s, bool personal, struct error *e)
{
	for (enum setting id = 0; id < N_SETTINGS; id++) {
		enum status rc = STATUS_OK;

		if (!s->value[id] && rules[id].built_in && rules[id].personal == personal)
			rc = settings_take(s, id, strdup(rules[id].built_in), strdup("built in"),
				ORIGIN_BUILT_IN, e);
		if (rc != STATUS_OK)
			return rc;
	}
	return STATUS_OK;
}

size_t settings_known_keys(const char *known[2 * N_SETTINGS])
{
	size_t n = 0;

	for (enum setting id = 0; id < N_SETTINGS; id++)
		for (size_t i = 0; i < 2 && rules[id].keys[i]; i++)
			known[n++] = rules[id].keys[i];
	return n;
}
