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

#include "rules.h"

/*
 * Fills *s from options (one for each setting, NULL where not given), the environment and the
 * files. policy_of(mode) says how strictly they are judged.
 *
 * STATUS_USAGE for a bad value on the command line or in the environment, STATUS_NOT_SET_UP
 * without a credentials file (owner.h) or long-term section (absence.h), STATUS_CONFIG for all else
 * that is wrong in a file, STATUS_SYSTEM without memory. settings_free() in any case.
 */
enum status settings_load(
	struct settings *s, const char *const options[N_SETTINGS], enum mode mode, struct error *e);
void settings_free(struct settings *s);

/*
 * Only what names files and sections (the first five settings and their two derived names), and
 * no file but the site's is opened: for `aws-mfa --setup`, which writes the others.
 */
enum status settings_locate(
	struct settings *s, const char *const options[N_SETTINGS], struct error *e);

#endif
