/*
 * The settings of a refresh. The first source that has a setting wins:
 *
 *	command line > environment > [NAME-long-term] > [NAME] of the credentials file
 *	> [profile NAME] of the config file > the site's aws-mfa.conf > built in
 *
 * The AWS SDKs use the same sources and names (SDKs and Tools Reference Guide, "Settings
 * reference"). So does the Python tool aws-mfa. aws-mfa(1) has the same table.
 */
#ifndef AWS_MFA_SETTINGS_H
#define AWS_MFA_SETTINGS_H

#include "taken.h"

/*
 * Fills *s from options, the environment and the files. options has one entry for each setting;
 * NULL: not given. policy_of(mode) says how strict the checks are. Call settings_free() afterwards,
 * also after a failure.
 *
 * STATUS_USAGE: a bad value on the command line or in the environment.
 * STATUS_NOT_SET_UP: no credentials file (owner.h) or no long-term section (absence.h).
 * STATUS_CONFIG: anything else that is wrong in a file.
 * STATUS_SYSTEM: no memory, or a program keeps a file open for writing.
 */
enum status settings_load(
	struct settings *s, const char *const options[N_SETTINGS], enum mode mode, struct error *e);
void settings_free(struct settings *s);

/*
 * Does the same for a profile that may have no keys yet. Fills how to reach AWS, and the device if
 * a file names one. A missing file or section is no fault. A bad device in a file is none either.
 */
enum status settings_load_without_keys(
	struct settings *s, const char *const options[N_SETTINGS], enum mode mode, struct error *e);

/*
 * For a look at many profiles: fills what settings_locate() does and reads both files, but takes
 * nothing from ~/.aws. The values of personal settings are the given ones (their origin is
 * ORIGIN_OPTION or ORIGIN_ENVIRONMENT), else those of the site. A missing file is an empty one.
 */
enum status settings_read(
	struct settings *s, const char *const options[N_SETTINGS], struct error *e);

/*
 * Fills only what names files and sections: the first five settings and s->long_term and
 * s->session. Opens only the site's file.
 */
enum status settings_locate(
	struct settings *s, const char *const options[N_SETTINGS], struct error *e);

#endif
