/* The options of the command line: those of the Python tool aws-mfa, with the same meaning. */
#ifndef AWS_MFA_COMMAND_LINE_H
#define AWS_MFA_COMMAND_LINE_H

#include "profile/settings.h"

#include <stdbool.h>

struct command_line {
	const char *command;            /* "refresh" unless another is named; may be unknown */
	const char *option[N_SETTINGS]; /* NULL where not given */
	bool force;
	const char *token; /* --token, "-" for standard input; NULL where not given */
};

enum parsed {
	PARSED,
	PARSED_ALL_DONE, /* --help or --version, which has been printed */
	PARSED_BADLY,    /* the error has been printed */
};

/*
 * *line must be zeros; it keeps pointers into argv, and copies that live as long as the process.
 * --token is overwritten in argv, so that
 * whoever runs ps does not see it for longer than can be helped.
 */
enum parsed command_line_parse(int argc, char **argv, struct command_line *line);

#endif
