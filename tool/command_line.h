/* The options of the command line: those of the Python tool aws-mfa, with the same meaning. */
#ifndef AWS_MFA_COMMAND_LINE_H
#define AWS_MFA_COMMAND_LINE_H

#include "settings/settings.h"

#include <stdbool.h>
#include <stdint.h>

/* What is no setting, but an option. A setting's option has the setting's own number. */
enum { OPTION_FORCE = N_SETTINGS, OPTION_TOKEN, N_OPTIONS };

/* A set of options, as bits. */
#define OPTION_BIT(id) (UINT64_C(1) << (id))
#define OPTIONS_OF_SETTINGS (OPTION_BIT(N_SETTINGS) - 1)
_Static_assert(N_OPTIONS < 64, "a set of options has 64 bits");

struct command_line {
	const char *command;            /* "refresh" unless another is named; may be unknown */
	const char *unexpected;         /* a second command, or a word that is none; else NULL */
	const char *option[N_SETTINGS]; /* NULL where not given */
	bool force;
	const char *token; /* --token, "-" for standard input; NULL where not given */
	uint64_t given;    /* options */
};

enum parsed {
	PARSED,
	PARSED_ALL_DONE, /* --help or --version, which has been printed */
	PARSED_BADLY,    /* the error has been printed */
};

/*
 * *line must be zeros; it keeps pointers into argv, and copies that live as long as the process.
 * --token is overwritten in argv at once: until then ps shows it. Behind "--" there are words only.
 */
enum parsed command_line_parse(int argc, char **argv, struct command_line *line);

/* An option that is given and not among takes, such as "force"; NULL where there is none. */
const char *command_line_unwanted(const struct command_line *line, uint64_t takes);

#endif
