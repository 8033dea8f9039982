/* A command line option: of a setting, of one command, or of all commands. */
#ifndef AWS_MFA_OPTION_H
#define AWS_MFA_OPTION_H

#include <stdbool.h>

/* What completion offers for a value, other than fixed words. */
#define VALUES_PROFILES "<profiles>" /* the user's profiles */
#define VALUES_ROLES "<roles>"       /* the roles and devices in the user's files */
#define VALUES_DEVICES "<devices>"
#define VALUES_FILES "<files>" /* the shell knows these two */
#define VALUES_USERS "<users>"

struct option {
	const char *names[2]; /* "--help", "-h"; messages use the first */
	const char *argument; /* as --help shows it, such as "NAME"; NULL: no argument */
	const char *help;     /* half a sentence */
	const char *values;   /* one of these, or fixed words: "a, b or c"; may be NULL */
	bool adds_up;         /* may be given again; the values are joined by commas */
	bool secret;          /* ps must not show its value */
};

#endif
