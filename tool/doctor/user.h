/* Checks the user's side without the network: what a refresh of a profile needs. */
#ifndef AWS_MFA_USER_H
#define AWS_MFA_USER_H

#include "error.h"
#include "findings.h"
#include "settings/settings.h"

/*
 * Adds to *l what a refresh with these options would refuse or warn of. *s becomes the settings;
 * settings_free() frees them. STATUS_OK: a refresh could connect.
 * A setting that is wrong and does not matter for that is replaced. STATUS_USAGE: a bad value on
 * the command line, no finding; *e says which. STATUS_SYSTEM: could not look; *e says why.
 * STATUS_CONFIG: there are findings, and the settings are not complete.
 */
enum status user_check(struct findings *l, struct settings *s,
	const char *const options[N_SETTINGS], struct error *e);

#endif
