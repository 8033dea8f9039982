/* The names that the user's own files have. */
#ifndef AWS_MFA_COMPLETION_NAMES_H
#define AWS_MFA_COMPLETION_NAMES_H

typedef void completion_name(void *arg, const char *name);

/*
 * values: VALUES_PROFILES, VALUES_ROLES or VALUES_DEVICES. Gives each name that begins with prefix
 * to add(), once and sorted. Leaves out what no command would take, and what would steer a
 * terminal. If a file cannot be read, there are no names.
 */
void completion_names(const char *values, const char *prefix, completion_name *add, void *arg);

#endif
