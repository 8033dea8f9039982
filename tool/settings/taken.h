/*
 * The settings of one run, taken from the command line, the environment and files. settings.h says
 * which source wins.
 */
#ifndef AWS_MFA_TAKEN_H
#define AWS_MFA_TAKEN_H

#include "error.h"
#include "ini/faults.h"
#include "ini/ini.h"
#include "mode.h"
#include "rules.h"
#include "site.h"
#include "sts_limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

enum origin { ORIGIN_OPTION, ORIGIN_ENVIRONMENT, ORIGIN_FILE, ORIGIN_BUILT_IN };

/* A role that is assumed before the wanted role. */
struct via_role {
	char *arn, *session_name;
	char *external_id, *source_identity; /* NULL where unset */
};

#define VIA_MAX (ROLES_MAX - 1)

struct settings {
	enum mode mode;

	/* NULL: unset. settings_drop() frees: a URL may hold a password. */
	const char *value[N_SETTINGS];
	/* The source, for messages: "--device", "MFA_DEVICE", "/path:14: aws_mfa_device". */
	char *where[N_SETTINGS];
	enum origin origin[N_SETTINGS];

	/* Section names. A profile with a role and a source_profile has its keys in the section of
	 * another profile (source.h). */
	char *long_term;
	char *session;
	char *access_key_id; /* of the long-term section */
	struct secret secret_access_key;
	long duration, renew_before, timeout; /* seconds */
	bool legacy_endpoint, fips, dual_stack;
	/* The roles of the source profiles, in the order of use. SETTING_ASSUME_ROLE follows. */
	struct via_role via[VIA_MAX];
	size_t n_via;
	char *session_policy; /* of SETTING_ASSUME_ROLE, in keystore mode; else NULL */

	/* The device that a source profile names, and its source; NULL without one. */
	char *source_device, *source_device_where;

	struct ini credentials, config; /* the two files, as read */
	struct faults credentials_faults, config_faults;
	struct stat credentials_stat; /* of the credentials file as it was read */
	bool has_config;
	/* The path of a file that another program has open for writing. It may be half written.
	 * Else NULL. */
	const char *unfinished;
};

/* Like asprintf(), but returns the string; NULL without memory. */
char *settings_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Sets the value and the source of a setting, and takes ownership of both strings. STATUS_SYSTEM if
 * either is NULL, which means no memory.
 */
enum status settings_take(struct settings *s, enum setting id, char *value, char *where,
	enum origin origin, struct error *e);

/* Unsets a setting and wipes its value. */
void settings_drop(struct settings *s, enum setting id);

/* Takes settings from section of ini. Settings that are set already stay. */
enum status settings_take_section(
	struct settings *s, const struct ini *ini, const char *section, struct error *e);

/* Takes settings from the command line (options), then from the environment. The option of the
 * endpoint is that of both services. */
enum status settings_take_given(
	struct settings *s, const char *const options[N_SETTINGS], struct error *e);

/*
 * Takes the site's values: of the personal settings, or of all others. Settings that are set
 * already stay.
 */
enum status settings_take_site(
	struct settings *s, const struct site *site, bool personal, struct error *e);

/* Takes the built-in values in the same way. */
enum status settings_take_built_in(struct settings *s, bool personal, struct error *e);

#endif
