/*
 * Reads the two files in ~/.aws, and looks up settings in them.
 *
 * Each function with *e returns STATUS_OK, or another status with *e filled: STATUS_CONFIG if a
 * file is wrong, STATUS_SYSTEM without memory or while another program writes the file.
 */
#ifndef AWS_MFA_FILES_H
#define AWS_MFA_FILES_H

#include "error.h"
#include "taken.h"

/* Returns HOME, else the home in passwd, else "/". Valid until the next look-up in passwd. */
const char *settings_home(void);

/* Reads the credentials file into s->credentials. STATUS_NOT_SET_UP: there is no such file. */
enum status settings_read_credentials(struct settings *s, struct error *e);

/* Takes the long-term keys from the section s->long_term. STATUS_CONFIG if one is missing. */
enum status settings_read_keys(struct settings *s, struct error *e);

/* Reads the config file into s->config. A missing file is no error. */
enum status settings_read_config(struct settings *s, struct error *e);

/* Takes the settings of the profile from s->config. */
enum status settings_take_config(struct settings *s, struct error *e);

/*
 * Returns the value of key for the profile, from the credentials file, else from the config file.
 * The caller frees it. NULL: the key is unset or empty. If where is not NULL, *where becomes
 * "PATH:LINE: key", which the caller frees too; NULL without memory.
 */
char *settings_of_profile(
	const struct settings *s, const char *profile, const char *key, char **where);

/* STATUS_CONFIG if others may read or write the credentials file; it can be used all the same. */
enum status settings_check_mode(const struct settings *s, struct error *e);

/* Warns of faults that do not prevent the use of the files. */
void settings_warn(const struct settings *s);

#define COMMAND_SIZE 640

/* The command "aws-mfa setup ..." that writes the long-term section of s. Returns command. */
const char *settings_setup_command(const struct settings *s, char command[static COMMAND_SIZE]);

#endif
