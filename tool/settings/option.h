/* An option of the command line: of a setting, of one command, or of all. */
#ifndef AWS_MFA_OPTION_H
#define AWS_MFA_OPTION_H

#include <stdbool.h>

struct option {
	const char *names[2]; /* "--help", "-h"; messages use the first */
	const char
		*argument; /* what --help and the manual call it, such as "NAME"; NULL for none */
	const char *help;  /* half a sentence */
	bool adds_up;      /* given again, it adds to its value, behind a comma */
	bool secret;       /* ps must not show its value */
};

#endif
