/* What a profile inherits from others, as in aws-vault. */
#ifndef AWS_MFA_INHERIT_H
#define AWS_MFA_INHERIT_H

#include "error.h"
#include "taken.h"

/*
 * Takes mfa_process, unless the command that prints codes is set already, from where aws-vault
 * takes it: [profile NAME] of the config file, then the profile that its include_profile names, and
 * so on; a profile without include_profile inherits from [default] (vault/config.go,
 * populateFromConfigFile()). Does nothing at a login: a login takes codes from the user alone.
 */
enum status inherit_token_command(struct settings *s, struct error *e);

#endif
