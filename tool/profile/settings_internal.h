/* What the settings*.c share: one idea each, too long for one file. */
#ifndef AWS_MFA_SETTINGS_INTERNAL_H
#define AWS_MFA_SETTINGS_INTERNAL_H

#include "settings.h"

/* asprintf() that returns the string, NULL without memory. */
char *settings_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* NAME-SUFFIX, or NAME where suffix is "none" (any case: as in the Python tool). */
char *settings_section_name(const char *profile, const char *suffix);

/*
 * settings.c: gives a setting its value and the place it comes from, both taken over. STATUS_SYSTEM
 * when either is NULL: no memory.
 */
enum status settings_take(struct settings *s, enum setting id, char *value, char *where,
	enum origin origin, struct error *e);

/* settings.c: takes what section of ini sets and nothing before it has set. */
enum status settings_take_section(
	struct settings *s, const struct ini *ini, const char *section, struct error *e);

/* settings_check.c */
enum status settings_check_names(struct settings *s, struct error *e);
enum status settings_check_values(struct settings *s, struct error *e);
enum status settings_complete(struct settings *s, bool strict, struct error *e);

/* settings_files.c: what stands in ~/.aws. */
const char *settings_home(void);
enum status settings_read_credentials(struct settings *s, bool strict, struct error *e);
enum status settings_read_keys(struct settings *s, struct error *e);
enum status settings_read_config(struct settings *s, bool strict, struct error *e);
enum status settings_take_config(struct settings *s, struct error *e);

/*
 * The value of key for the profile, from the credentials file or else the config file; owned. NULL
 * where it is unset or empty. *where, where it is not NULL, is "PATH:LINE: key" then, owned, too;
 * NULL without memory.
 */
char *settings_of_profile(
	const struct settings *s, const char *profile, const char *key, char **where);

/* Warns of faults in files that can be used all the same. */
void settings_warn(const struct settings *s);

/*
 * settings_absent.c: for a profile without long-term keys. STATUS_NOT_SET_UP where that is all
 * there is to say, STATUS_CONFIG where a file is damaged or the keys stand in the wrong place; *e
 * then holds the hint that helps.
 */
enum status settings_absent(const struct settings *s, bool strict, struct error *e);

#define COMMAND_SIZE 640

/* "aws-mfa --setup" as it has to be called to write this long-term section. */
const char *settings_setup_command(const struct settings *s, char command[static COMMAND_SIZE]);

#endif
