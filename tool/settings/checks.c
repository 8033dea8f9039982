#include "checks.h"

#include "endpoint_rules.h"
#include "file/certificates.h"
#include "file/owner.h"
#include "files.h"
#include "pasted.h"
#include "sts_limits.h"
#include "suffix.h"
#include "tags.h"
#include "text/log.h"
#include "text/secret.h"
#include "value.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status bad_value(
	const struct settings *s, enum setting id, const char *expected, struct error *e)
{
	enum status status = s->origin[id] == ORIGIN_FILE ? STATUS_CONFIG : STATUS_USAGE;

	if (settings_may_hold_password(id))
		return error_set(e, status, "%s: %s", s->where[id], expected);
	return error_set(
		e, status, "%s: '%.200s': %s", s->where[id], pasted_hide(s->value[id]), expected);
}

/* Makes a path absolute: "~/" is the home. aws-mfa-sts runs in another folder. */
static enum status absolute(struct settings *s, enum setting id, struct error *e)
{
	const char *value = s->value[id];
	char *cwd = NULL;

	if (!value || *value == '/')
		return STATUS_OK;
	if (value[0] == '~' && value[1] == '/') {
		s->value[id] = settings_format("%s%s", settings_home(), value + 1);
	} else {
		cwd = getcwd(NULL, 0); /* NOLINT(clang-analyzer-unix.*): glibc allocates */
		if (!cwd)              /* it was removed: do not look in the root folder instead */
			return error_system(e, value);
		s->value[id] = settings_format("%s/%s", cwd, value);
	}
	free(cwd);
	secret_free_string(value);
	return s->value[id] ? STATUS_OK : error_system(e, "settings");
}

enum status settings_check_names(struct settings *s, struct error *e)
{
	static const enum setting names[] = {
		SETTING_PROFILE, SETTING_LONG_TERM_SUFFIX, SETTING_SHORT_TERM_SUFFIX};
	const char *aws_profile = getenv("AWS_PROFILE");
	const char *aws_default_profile = getenv("AWS_DEFAULT_PROFILE");
	enum status rc;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *expected = value_profile(s->value[names[i]]);

		if (expected)
			return bad_value(s, names[i], expected, e);
	}
	if (s->origin[SETTING_PROFILE] == ORIGIN_ENVIRONMENT && aws_profile && *aws_profile &&
		aws_default_profile && *aws_default_profile &&
		strcmp(aws_profile, aws_default_profile) != 0)
		log_warning("AWS_PROFILE (%s) and AWS_DEFAULT_PROFILE (%s) differ: the AWS CLI and "
			    "aws-mfa use the first, boto3 the second; unset one of them",
			aws_profile, aws_default_profile);
	s->long_term = suffix_add(s->value[SETTING_PROFILE], s->value[SETTING_LONG_TERM_SUFFIX]);
	s->session = suffix_add(s->value[SETTING_PROFILE], s->value[SETTING_SHORT_TERM_SUFFIX]);
	if (!s->long_term || !s->session)
		return error_system(e, "settings");
	if (strcmp(s->long_term, s->session) == 0) {
		rc = s->origin[SETTING_LONG_TERM_SUFFIX] == ORIGIN_FILE ||
				s->origin[SETTING_SHORT_TERM_SUFFIX] == ORIGIN_FILE
			? STATUS_CONFIG
			: STATUS_USAGE;
		return error_set(e, rc,
			"long-term keys and session would both be in [%s]; give --long-term-suffix "
			"and --short-term-suffix different values",
			s->session);
	}
	rc = absolute(s, SETTING_CREDENTIALS_FILE, e);
	return rc == STATUS_OK ? absolute(s, SETTING_CONFIG_FILE, e) : rc;
}

/* The AWS tools do the same. An endpoint from the command line stays. */
static void drop_ignored_endpoints(struct settings *s)
{
	const char *ignore = s->value[SETTING_IGNORE_ENDPOINTS];

	if (!ignore || !value_is_word(ignore, "true"))
		return;
	if (s->origin[SETTING_ENDPOINT_URL] != ORIGIN_OPTION)
		settings_drop(s, SETTING_ENDPOINT_URL);
	if (s->origin[SETTING_IAM_ENDPOINT_URL] != ORIGIN_OPTION)
		settings_drop(s, SETTING_IAM_ENDPOINT_URL);
}

static enum status check_booleans(struct settings *s, struct error *e)
{
	bool ignore;
	const struct {
		enum setting id;
		const char *(*check)(const char *value, bool *yes);
		bool *yes;
	} checks[] = {
		{SETTING_IGNORE_ENDPOINTS, value_boolean, &ignore},
		{SETTING_REGIONAL_ENDPOINTS, value_regional_endpoints, &s->legacy_endpoint},
		{SETTING_FIPS, value_boolean, &s->fips},
		{SETTING_DUAL_STACK, value_boolean, &s->dual_stack},
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		const char *value = s->value[checks[i].id];
		const char *expected = value ? checks[i].check(value, checks[i].yes) : NULL;

		if (expected)
			return bad_value(s, checks[i].id, expected, e);
	}
	drop_ignored_endpoints(s);
	return STATUS_OK;
}

static enum status check_texts(struct settings *s, struct error *e)
{
	static const struct {
		enum setting id;
		const char *(*check)(const char *value);
	} checks[] = {
		{SETTING_DEVICE, value_mfa_serial},
		{SETTING_ASSUME_ROLE, value_role_arn},
		{SETTING_ROLE_SESSION_NAME, value_role_session_name},
		{SETTING_EXTERNAL_ID, value_external_id},
		{SETTING_SOURCE_IDENTITY, value_role_session_name},
		{SETTING_TAGS, tags_check},
		{SETTING_REGION, value_region},
		{SETTING_ENDPOINT_URL, value_endpoint_url},
		{SETTING_IAM_ENDPOINT_URL, value_endpoint_url},
		{SETTING_CA_BUNDLE, value_path},
		{SETTING_HTTPS_PROXY, value_proxy},
		{SETTING_NO_PROXY, value_no_proxy},
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		const char *value = s->value[checks[i].id];
		const char *expected = value ? checks[i].check(value) : NULL;

		if (expected)
			return bad_value(s, checks[i].id, expected, e);
	}
	return STATUS_OK;
}

static enum status check_times(struct settings *s, struct error *e)
{
	const struct {
		enum setting id;
		const char *(*check)(const char *value, long *seconds);
		long *seconds;
	} checks[] = {
		{SETTING_DURATION, value_duration, &s->duration},
		{SETTING_RENEW_BEFORE, value_renew_before, &s->renew_before},
		{SETTING_TIMEOUT, value_timeout, &s->timeout},
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		const char *value = s->value[checks[i].id];
		const char *expected = value ? checks[i].check(value, checks[i].seconds) : NULL;

		if (expected)
			return bad_value(s, checks[i].id, expected, e);
	}
	return STATUS_OK;
}

enum status settings_check_values(struct settings *s, struct error *e)
{
	enum status rc = check_booleans(s, e);

	if (rc == STATUS_OK)
		rc = check_texts(s, e);
	return rc == STATUS_OK ? check_times(s, e) : rc;
}

char *settings_session_name(const char *login)
{
	char *name = settings_format("%.64s%s", login, login[0] && login[1] ? "" : "-");

	for (char *p = name; p && *p; p++) {
		char one[3] = {*p, *p, '\0'};

		if (value_role_session_name(one))
			*p = '-';
	}
	return name;
}

/* The login name, as getpass.getuser() finds it. */
static char *default_session_name(void)
{
	static const char *const env[] = {"LOGNAME", "USER", "LNAME", "USERNAME"};
	const char *login = NULL;
	const struct passwd *pw;

	for (size_t i = 0; i < sizeof(env) / sizeof(env[0]) && (!login || !*login); i++)
		login = getenv(env[i]);
	if (!login || !*login) {
		pw = getpwuid(getuid());
		login = pw ? pw->pw_name : "aws-mfa";
	}
	return settings_session_name(login);
}

static enum status check_certificate(const char *path, struct error *e)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno == ENOENT ? STATUS_OK : error_system(e, path);
	return owner_check_file(path, &st, e);
}

/* aws-mfa-sts reads the file. It is checked here, because the message names the setting. */
static enum status check_ca_bundle(struct settings *s, struct error *e)
{
	enum status rc = absolute(s, SETTING_CA_BUNDLE, e);
	const char *path = s->value[SETTING_CA_BUNDLE];
	struct stat st;

	if (rc != STATUS_OK || !path)
		return rc;
	if (stat(path, &st) < 0 || access(path, R_OK) < 0)
		return bad_value(s, SETTING_CA_BUNDLE,
			errno == ENOENT
				? "there is no such file"
				: "cannot be read; expected a PEM file or a folder of hash links",
			e);
	if (policy_of(s->mode)->files_must_be_roots)
		return certificates_each(path, owner_check_roots_certificate, e);
	if (policy_of(s->mode)->files_must_be_safe)
		return certificates_each(path, check_certificate, e);
	return STATUS_OK;
}

static enum status check_endpoint(const struct settings *s, struct error *e)
{
	const char *url = s->value[SETTING_ENDPOINT_URL], *name = s->where[SETTING_ENDPOINT_URL];
	enum setting variant = s->fips ? SETTING_FIPS : SETTING_DUAL_STACK;
	enum status rc = STATUS_OK;

	if (policy_of(s->mode)->https_only)
		rc = endpoint_rules_login(url, name, e);
	if (rc == STATUS_OK && (s->fips || s->dual_stack)) {
		rc = endpoint_rules_variant(url, name, s->where[variant], e);
		if (rc != STATUS_OK && s->origin[variant] != ORIGIN_FILE &&
			s->origin[SETTING_ENDPOINT_URL] != ORIGIN_FILE)
			rc = e->status = STATUS_USAGE;
	}
	return rc;
}

static enum status check_tags(const struct settings *s, struct error *e)
{
	const char *keys = s->value[SETTING_TRANSITIVE_TAGS];
	const char *expected = keys ? tags_check_keys(keys, s->value[SETTING_TAGS]) : NULL;

	if (expected)
		return bad_value(s, SETTING_TRANSITIVE_TAGS, expected, e);
	if (s->value[SETTING_TAGS] && !s->value[SETTING_ASSUME_ROLE] &&
		s->origin[SETTING_TAGS] == ORIGIN_OPTION)
		return bad_value(s, SETTING_TAGS,
			"only the session of a role has tags; add --assume-role", e);
	return STATUS_OK;
}

static enum status check_duration(struct settings *s, struct error *e)
{
	size_t n_roles = s->value[SETTING_ASSUME_ROLE] ? s->n_via + 1 : 0;

	if (!s->value[SETTING_DURATION])
		s->duration = n_roles > 0 ? 3600 : 43200;
	if (s->duration <= sts_session_longest(n_roles)) {
		if (s->renew_before >= s->duration)
			faults_tell(
				"%s: '%.200s' is not less than the %ld seconds that the session "
				"lasts: every run renews it",
				s->where[SETTING_RENEW_BEFORE], s->value[SETTING_RENEW_BEFORE],
				s->duration);
		return STATUS_OK;
	}
	return bad_value(s, SETTING_DURATION,
		n_roles > 1 ? "the session of a role that is assumed from another one lasts 3600 "
			      "seconds (1h) at most"
			    : STS_ROLE_SESSION_TOO_LONG,
		e);
}

/*
 * Returns NULL, or what was expected. AWS has no role without an account; an STS like Ceph's has.
 */
static const char *check_account(const struct settings *s, const char *role)
{
	return s->value[SETTING_ENDPOINT_URL] || value_account(role)
		? NULL
		: "expected arn:aws:iam::ACCOUNT:role/NAME; ACCOUNT may be empty only with an "
		  "endpoint_url";
}

/* Returns NULL, or what was expected; *key is then the key with the bad value. */
static const char *check_via(const struct via_role *via, const char **key)
{
	const struct {
		const char *key, *value;
		const char *(*check)(const char *value);
	} checks[] = {
		{"role_arn", via->arn, value_role_arn},
		{"role_session_name", via->session_name, value_role_session_name},
		{"external_id", via->external_id, value_external_id},
		{"source_identity", via->source_identity, value_role_session_name},
	};
	const char *expected = NULL;

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]) && !expected; i++) {
		*key = checks[i].key;
		expected = checks[i].value ? checks[i].check(checks[i].value) : NULL;
	}
	return expected;
}

/* Gives the roles of source profiles session names, and checks them like the last role. */
static enum status complete_via(struct settings *s, struct error *e)
{
	if (s->n_via > 0 && !s->value[SETTING_ASSUME_ROLE])
		return error_set(e, STATUS_CONFIG,
			"profile %s has no role of its own, but its source profile has one (%.300s); add "
			"role_arn to profile %s, or refresh the source profile",
			s->value[SETTING_PROFILE], s->via[s->n_via - 1].arn,
			s->value[SETTING_PROFILE]);
	for (size_t i = 0; i < s->n_via; i++) {
		struct via_role *via = &s->via[i];
		const char *key, *expected;

		if (!via->session_name)
			via->session_name = strdup(s->value[SETTING_ROLE_SESSION_NAME]);
		if (!via->session_name)
			return error_system(e, "settings");
		expected = check_via(via, &key);
		if (!expected) {
			key = "role_arn";
			expected = check_account(s, via->arn);
		}
		if (expected)
			return error_set(e, STATUS_CONFIG,
				"%s of a source profile of %s (role %.200s): %s", key,
				s->value[SETTING_PROFILE], pasted_hide(via->arn), expected);
	}
	return STATUS_OK;
}

enum status settings_check_reach(struct settings *s, struct error *e)
{
	enum status rc = check_endpoint(s, e);

	return rc == STATUS_OK ? check_ca_bundle(s, e) : rc;
}

enum status settings_complete(struct settings *s, struct error *e)
{
	char command[COMMAND_SIZE];
	const char *expected;
	enum status rc;

	if (!s->value[SETTING_DEVICE])
		return error_set(e, STATUS_CONFIG,
			"%s: [%s] has no aws_mfa_device, and neither --device nor MFA_DEVICE is "
			"given; run: %s",
			s->value[SETTING_CREDENTIALS_FILE], s->long_term,
			settings_setup_command(s, command));
	/* Only with a role: reading passwd costs as much as the rest of a run. */
	if (s->value[SETTING_ASSUME_ROLE] && !s->value[SETTING_ROLE_SESSION_NAME]) {
		s->value[SETTING_ROLE_SESSION_NAME] = default_session_name();
		if (!s->value[SETTING_ROLE_SESSION_NAME])
			return error_system(e, "settings");
	}
	if (s->value[SETTING_ASSUME_ROLE]) {
		expected = check_account(s, s->value[SETTING_ASSUME_ROLE]);
		if (expected)
			return bad_value(s, SETTING_ASSUME_ROLE, expected, e);
	}
	rc = check_endpoint(s, e);
	if (rc == STATUS_OK)
		rc = check_duration(s, e);
	if (rc == STATUS_OK)
		rc = check_tags(s, e);
	if (rc == STATUS_OK)
		rc = complete_via(s, e);
	return rc == STATUS_OK ? check_ca_bundle(s, e) : rc;
}
