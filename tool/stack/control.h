/* What a line of a stack does with each answer of its module: its second word. */
#ifndef AWS_MFA_STACK_CONTROL_H
#define AWS_MFA_STACK_CONTROL_H

#include "libpam.h"

/* The answers of modules have the numbers of <security/_pam_types.h>. */
enum {
	CODE_SUCCESS = 0,
	CODE_SERVICE_ERR = 3,
	CODE_SYSTEM_ERR = 4,
	CODE_PERM_DENIED = 6, /* what libpam itself answers for a line that must fail */
	CODE_AUTH_ERR = 7,
	CODE_CRED_INSUFFICIENT = 8,
	CODE_AUTHINFO_UNAVAIL = 9,
	CODE_USER_UNKNOWN = 10,
	CODE_MAXTRIES = 11,
	CODE_NEW_AUTHTOK_REQD = 12,
	CODE_ACCT_EXPIRED = 13,
	CODE_CONV_ERR = 19,
	CODE_IGNORE = 25,
	CODE_ABORT = 26,
	CODE_MODULE_UNKNOWN = 28, /* no such module, or no such function in it */
	CODE_INCOMPLETE = 31,
	N_CODES
};

/* An action above 0 is a jump over so many lines. */
enum {
	ACTION_IGNORE = 0,
	ACTION_OK = -1,
	ACTION_DONE = -2,
	ACTION_BAD = -3,
	ACTION_DIE = -4,
	ACTION_RESET = -5,
	ACTION_UNSET = -6,
};

struct control {
	int action[N_CODES];
};

/* Fills what is still ACTION_UNSET. */
void control_default(struct control *c, int action);

/*
 * Fills *c from "required" or its kin in any case, or from what stands in brackets. Returns what is
 * wrong, or NULL; then every answer is ACTION_BAD.
 */
const char *control_parse(struct control *c, const char *word, const struct libpam *lib);

#endif
