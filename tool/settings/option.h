/* A command line option: of a setting, of one command, or of all commands. */
#ifndef AWS_MFA_OPTION_H
#define AWS_MFA_OPTION_H

#include <stdbool.h>

struct option {
	const char *names[2]; /* "--help", "-h"; messages use the first */
	const char *argument; /* as --help shows it, such as "NAME"; NULL: no argument */
	const char *help;     /* half a sentence */
	bool adds_up;         /* may be given again; the values are joined by commas */
	bool secret;          /* ps must not show its value */
};

#endif
