/*
 * The one table of settings: names, options, variables, keys and built-in values. taken.h has the
 * values of one run.
 */
#ifndef AWS_MFA_RULES_H
#define AWS_MFA_RULES_H

#include "option.h"

#include <stdbool.h>
#include <stddef.h>

enum setting {
	SETTING_PROFILE,
	SETTING_LONG_TERM_SUFFIX,
	SETTING_SHORT_TERM_SUFFIX,
	SETTING_CREDENTIALS_FILE,
	SETTING_CONFIG_FILE,
	SETTING_DEVICE,
	SETTING_ASSUME_ROLE,
	SETTING_DURATION,
	SETTING_RENEW_BEFORE,
	SETTING_ROLE_SESSION_NAME,
	SETTING_EXTERNAL_ID,
	SETTING_SOURCE_IDENTITY,
	SETTING_TAGS,
	SETTING_TRANSITIVE_TAGS,
	SETTING_REGION,
	SETTING_ENDPOINT_URL,
	SETTING_IAM_ENDPOINT_URL,
	SETTING_IGNORE_ENDPOINTS,
	SETTING_REGIONAL_ENDPOINTS,
	SETTING_FIPS,
	SETTING_DUAL_STACK,
	SETTING_CA_BUNDLE,
	SETTING_HTTPS_PROXY,
	SETTING_NO_PROXY,
	SETTING_TOKEN_COMMAND,
	SETTING_TIMEOUT,
	N_SETTINGS
};

enum { RULE_ENV = 3 };

/*
 * A row of the table of settings. --help prints it, and SETTINGS in aws-mfa(1) shows the same. Of
 * several names that are set, the first one wins. Keys that are not personal are read from the
 * site's file only.
 */
struct rule {
	const char *name;
	struct option option; /* no names: the setting has no option */
	const char *env[RULE_ENV];
	const char *keys[2];
	const char *built_in;
	bool personal;
};

const struct rule *settings_rule(enum setting id);

/* The name of the setting for people: "device", "CA certificates". */
const char *settings_name(enum setting id);

/* True for URLs and the token command. The values of all other settings may be shown. */
bool settings_may_hold_password(enum setting id);

/* Writes the keys that the site's file may have to known; returns their number. */
size_t settings_known_keys(const char *known[2 * N_SETTINGS]);

#endif
