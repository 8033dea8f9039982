/* What stands in ~/.aws: reading the two files, and what is looked up in them. */
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
 * The value of key for the profile, from the credentials file or else the config file; owned. NULL
 * where it is unset or empty. *where, where it is not NULL, is "PATH:LINE: key" then, owned, too;
 * NULL without memory.
 */
char *settings_of_profile(
	const struct settings *s, const char *profile, const char *key, char **where);

/* Warns of faults in files that can be used all the same. */
void settings_warn(const struct settings *s);

#define COMMAND_SIZE 640

/* "aws-mfa --setup" as it has to be called to write this long-term section. */
const char *settings_setup_command(const struct settings *s, char command[static COMMAND_SIZE]);

#endif
