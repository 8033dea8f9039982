/* Whether the settings can be, alone and together, and what follows from them. */
#ifndef AWS_MFA_CHECKS_H
#define AWS_MFA_CHECKS_H

#include "error.h"
#include "rules.h"

/* Those that name files and sections; makes the names of the sections and the paths absolute. */
enum status settings_check_names(struct settings *s, struct error *e);

/* The value of each: value.h. */
enum status settings_check_values(struct settings *s, struct error *e);

/* What is missing and what excludes another; fills in defaults. */
enum status settings_complete(struct settings *s, struct error *e);

/* NAME-SUFFIX, or NAME where suffix is "none" (any case: as in the Python tool). */
char *settings_section_name(const char *profile, const char *suffix);

#endif
