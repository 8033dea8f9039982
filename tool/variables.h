/* The environment variables by which AWS tools get a session. */
#ifndef AWS_MFA_VARIABLES_H
#define AWS_MFA_VARIABLES_H

#include "handover.h"

enum {
	VARIABLE_KEY_ID,
	VARIABLE_SECRET,
	VARIABLE_TOKEN,
	VARIABLE_EXPIRATION,
	VARIABLE_REGION,
	VARIABLE_DEFAULT_REGION,
	VARIABLE_PROFILE,
	N_VARIABLES
};

struct variable {
	const char *name;
	const char *value; /* NULL: not known; the variable stays as it is */
};

/* Fills list. The values belong to h. */
void variables_of(const struct handover *h, struct variable list[static N_VARIABLES]);

/*
 * Variables that would lead a tool to other credentials. Ends with NULL. botocore reads
 * AWS_SECURITY_TOKEN before AWS_SESSION_TOKEN; the JavaScript SDK reads AWS_PROFILE before the
 * keys.
 */
extern const char *const variables_unset[];

/*
 * Makes the environment of a command: that of this process with the session in it. The array
 * belongs to the caller. Its own strings are in *text, which the caller frees, too. NULL: no
 * memory.
 */
char **variables_environment(const struct handover *h, struct secret *text);

#endif
