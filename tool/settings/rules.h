/*
 * The one table of settings, and the settings of one run as they are taken from command line,
 * environment and files by it. settings.h says who wins.
 */
#ifndef AWS_MFA_RULES_H
#define AWS_MFA_RULES_H

#include "error.h"
#include "ini/faults.h"
#include "ini/ini.h"
#include "mode.h"
#include "option.h"
#include "site.h"
#include "sts_limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

enum setting {
	SETTING_PROFILE,
	SETTING_LONG_TERM_SUFFIX,
	SETTING_SHORT_TERM_SUFFIX,
	SETTING_CREDENTIALS_FILE,
	SETTING_CONFIG_FILE,
	SETTING_DEVICE,
	SETTING_ASSUME_ROLE,
	SETTING_DURATION,
	SETTING_ROLE_SESSION_NAME,
	SETTING_EXTERNAL_ID,
	SETTING_SOURCE_IDENTITY,
	SETTING_TAGS,
	SETTING_TRANSITIVE_TAGS,
	SETTING_REGION,
	SETTING_ENDPOINT_URL,
	SETTING_IGNORE_ENDPOINTS,
	SETTING_REGIONAL_ENDPOINTS,
	SETTING_FIPS,
	SETTING_DUAL_STACK,
	SETTING_CA_BUNDLE,
	SETTING_HTTPS_PROXY,
	SETTING_NO_PROXY,
	SETTING_TIMEOUT,
	N_SETTINGS
};

enum origin { ORIGIN_OPTION, ORIGIN_ENVIRONMENT, ORIGIN_FILE, ORIGIN_BUILT_IN };

/* A role to be assumed on the way to another. */
struct via_role {
	char *arn, *session_name;
	char *external_id, *source_identity; /* NULL where unset */
};

#define VIA_MAX (ROLES_MAX - 1)

struct settings {
	enum mode mode;

	/* Each NULL where it is unset. */
	char *value[N_SETTINGS];
	/* For messages: "--device", "MFA_DEVICE", "/path:14: aws_mfa_device". */
	char *where[N_SETTINGS];
	enum origin origin[N_SETTINGS];

	/* Section names. The keys are in another profile's section where the profile has a role and
	 * a source_profile (source.h). */
	char *long_term;
	char *session;
	char *access_key_id; /* of the long-term section */
	struct secret secret_access_key;
	long duration, timeout; /* seconds */
	bool legacy_endpoint, fips, dual_stack;
	/* Those of the source profiles, in the order they are assumed in; SETTING_ASSUME_ROLE last.
	 */
	struct via_role via[VIA_MAX];
	size_t n_via;

	/* The device that a source profile names, and where; NULL without one. */
	char *source_device, *source_device_where;

	struct ini credentials, config; /* the files as they were read */
	struct faults credentials_faults, config_faults;
	struct stat credentials_stat; /* of that file then */
	bool has_config;
	/* One of the two may be half of the file, since a program keeps it open for writing; or
	 * NULL. */
	const char *unfinished;
};

/*
 * A row of the one table of settings. --help is printed from it, and aws-mfa(1), SETTINGS, shows
 * the same. Of two names the first that is set wins. Keys that are not personal stand in the
 * site's file only.
 */
struct rule {
	const char *name;
	struct option option; /* no names: it has none */
	const char *env[2];
	const char *keys[2];
	const char *built_in;
	bool personal;
};

const struct rule *settings_rule(enum setting id);

/* What people call the setting: "device", "CA certificates". */
const char *settings_name(enum setting id);

/* A URL. The values of the other settings are public. */
bool settings_may_hold_password(enum setting id);

/* asprintf() that returns the string, NULL without memory. */
char *settings_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Gives a setting its value and the place it comes from, both taken over. STATUS_SYSTEM
 * when either is NULL: no memory.
 */
enum status settings_take(struct settings *s, enum setting id, char *value, char *where,
	enum origin origin, struct error *e);

/* Makes a setting unset again. Its value is wiped: a URL may hold a password. */
void settings_drop(struct settings *s, enum setting id);

/* Takes what section of ini sets and nothing before it has set. */
enum status settings_take_section(
	struct settings *s, const struct ini *ini, const char *section, struct error *e);

/* Takes what the command line (options) and then the environment give. */
enum status settings_take_given(
	struct settings *s, const char *const options[N_SETTINGS], struct error *e);

/* Takes the site's values for the settings that are personal, or for those that are not. */
enum status settings_take_site(
	struct settings *s, const struct site *site, bool personal, struct error *e);

/* Takes what is built in, in the same two halves. */
enum status settings_take_built_in(struct settings *s, bool personal, struct error *e);

/* The keys that may stand in the site's file, into known[2 * N_SETTINGS]; returns their number. */
size_t settings_known_keys(const char *known[2 * N_SETTINGS]);

#endif
