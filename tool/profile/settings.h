/*
 * Which settings a refresh runs with, and who wins:
 *
 *	command line > environment > [NAME-long-term] > [NAME] of the credentials file
 *	> [profile NAME] of the config file > the site's aws-mfa.conf > built in
 *
 * Places and names are those of the AWS SDKs (SDKs and Tools Reference Guide, "Settings
 * reference") and of the Python tool aws-mfa. aws-mfa(1) prints the same table.
 */
#ifndef AWS_MFA_SETTINGS_H
#define AWS_MFA_SETTINGS_H

#include "error.h"
#include "faults.h"
#include "ini.h"
#include "record.h"

#include <stdbool.h>
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
	char *secret_access_key;
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
 * Fills *s from options (one for each setting, NULL where not given), the environment and the
 * files. strict is for PAM: home and files must be safe from others (owner.h).
 *
 * STATUS_USAGE for a bad value on the command line or in the environment, STATUS_NOT_SET_UP
 * without a credentials file (owner.h) or long-term section (absence.h), STATUS_CONFIG for all else
 * that is wrong in a file, STATUS_SYSTEM for want of memory. *s is to be freed in any case.
 */
enum status settings_load(
	struct settings *s, const char *const options[N_SETTINGS], bool strict, struct error *e);
void settings_free(struct settings *s);

/* What people call the setting: "device", "CA certificates". */
const char *settings_name(enum setting id);

/*
 * Only what names files and sections (the first five settings and their two derived names), and
 * no file but the site's is opened: for `aws-mfa --setup`, which writes the others.
 */
enum status settings_locate(
	struct settings *s, const char *const options[N_SETTINGS], struct error *e);

#endif
