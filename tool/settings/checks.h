/* Checks the settings, alone and together, and fills in what follows from them. */
#ifndef AWS_MFA_CHECKS_H
#define AWS_MFA_CHECKS_H

#include "error.h"
#include "taken.h"

/*
 * Each function with *e returns STATUS_OK, or another status with *e filled: STATUS_USAGE for a bad
 * value from the command line or the environment, STATUS_CONFIG for one from a file.
 */

/*
 * Checks the settings that name files and sections. Fills s->long_term and s->session, and makes
 * the paths absolute.
 */
enum status settings_check_names(struct settings *s, struct error *e);

/* Checks each value alone: value.h. */
enum status settings_check_values(struct settings *s, struct error *e);

/*
 * Returns the name of a role's session for a login name: what STS refuses becomes '-'. The caller
 * frees it. NULL without memory.
 */
char *settings_session_name(const char *login);

/* Checks the settings that say how AWS is reached. */
enum status settings_check_reach(struct settings *s, struct error *e);

/* Checks what is missing and what cannot be used together; fills in defaults. */
enum status settings_complete(struct settings *s, struct error *e);

#endif
