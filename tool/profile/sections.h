/* The sections of a profile in the two files, and the keys in them that a look needs. */
#ifndef AWS_MFA_PROFILE_SECTIONS_H
#define AWS_MFA_PROFILE_SECTIONS_H

#include "error.h"
#include "settings/profiles.h"
#include "settings/taken.h"

#include <stdbool.h>
#include <time.h>

/* clang-format off */
#define SECTION_KEYS(ROW) \
	ROW(ASSUME_ROLE, "assume_role") \
	ROW(ROLE_ARN, "role_arn") \
	ROW(DEVICE, "aws_mfa_device") \
	ROW(MFA_SERIAL, "mfa_serial") \
	ROW(REGION, "region") \
	ROW(RENEW_BEFORE, "renew_before") \
	ROW(SOURCE_PROFILE, "source_profile") \
	ROW(ACCESS_KEY_ID, "aws_access_key_id") \
	ROW(SESSION_TOKEN, "aws_session_token") \
	ROW(SECURITY_TOKEN, "aws_security_token") \
	ROW(ASSUMED_ROLE, "assumed_role") \
	ROW(ASSUMED_ROLE_ARN, "assumed_role_arn") \
	ROW(EXPIRATION, "expiration") \
	ROW(ACCOUNT_ID, "aws_account_id") \
	ROW(SSO_ACCOUNT_ID, "sso_account_id") \
	ROW(SSO_ROLE_NAME, "sso_role_name") \
	ROW(SSO_SESSION, "sso_session") \
	ROW(SSO_START_URL, "sso_start_url") \
	ROW(WEB_IDENTITY, "web_identity_token_file") \
	ROW(CREDENTIAL_SOURCE, "credential_source") \
	ROW(LOGIN_SESSION, "login_session") \
	ROW(CREDENTIAL_PROCESS, "credential_process")
#define SECTION_NUMBER(id, name) id,
/* clang-format on */
enum section_key { SECTION_KEYS(SECTION_NUMBER) N_SECTION_KEYS };

/* The lines that count. ini is NULL if there is no such section. */
struct section {
	const struct ini *ini;
	const struct ini_line *key[N_SECTION_KEYS];
};

/* [NAME] of the credentials file and [profile NAME] of the config file. */
enum { CREDENTIALS, CONFIG, N_PARTS };
struct sections {
	struct section part[N_PARTS];
};

struct profile_files {
	struct settings settings; /* the two files, and what was given; its profile is any */
	struct profile_index config;
	time_t now;
};

/*
 * Reads the files. options: as for settings_read(), which has the statuses. Waits less than a
 * second for a program that is writing one. Warns of faults in them. Call profile_files_close()
 * afterwards, also after a failure.
 */
enum status profile_files_open(
	struct profile_files *f, const char *const options[N_SETTINGS], struct error *e);
void profile_files_close(struct profile_files *f);

/* The last header of [NAME] in the credentials file, but not of [DEFAULT]; NULL without one. */
const struct ini_line *section_header(const struct profile_files *f, const char *name, size_t len);

/* Fills *to from the sections of this header. which: CREDENTIALS or CONFIG, the file. */
void section_read(const struct profile_files *f, int which, const struct ini_line *header,
	struct section *to);
void sections_read(const struct profile_files *f, const char *name, struct sections *to);

/* The caller frees the value. NULL if the key is unset or empty. */
char *section_value(const struct section *s, enum section_key k);

/* An empty value in the credentials file hides the one in the config file. */
char *sections_value(const struct sections *s, enum section_key k);
bool sections_have(const struct sections *s, enum section_key k);

/* Keys of an IAM user, without a token. */
bool section_has_static_keys(const struct section *s);

#endif
