/* Reads the two files in ~/.aws, and looks up settings in them. */
#ifndef AWS_MFA_FILES_H
#define AWS_MFA_FILES_H

#include "error.h"
#include "rules.h"

const char *settings_home(void);
enum status settings_read_credentials(struct settings *s, struct error *e);
enum status settings_read_keys(struct settings *s, struct error *e);
enum status settings_read_config(struct settings *s, struct error *e);
enum status settings_take_config(struct settings *s, struct error *e);

/*
 * Returns the value of key for the profile, from the credentials file, else from the config file.
 * The caller frees it. NULL: the key is unset or empty. If where is not NULL, *where becomes
 * "PATH:LINE: key", which the caller frees too; NULL without memory.
 */
char *settings_of_profile(
	const struct settings *s, const char *profile, const char *key, char **where);

/* Warns of faults that do not prevent the use of the files. */
void settings_warn(const struct settings *s);

#define COMMAND_SIZE 640

/* The command "aws-mfa --setup ..." that writes the long-term section of s. Returns command. */
const char *settings_setup_command(const struct settings *s, char command[static COMMAND_SIZE]);

#endif
