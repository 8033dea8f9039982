/*
 * A command of aws-mfa: a file cmd_NAME.c, which defines cmd_NAME, and a row of the table in
 * aws-mfa.c. struct command says which options and operands it takes. The parser, --help and the
 * tests of the manual read this.
 */
#ifndef AWS_MFA_COMMAND_H
#define AWS_MFA_COMMAND_H

#include "error.h"
#include "settings/option.h"
#include "settings/rules.h"
#include "text/secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The number of an option. The option of a setting has the number of the setting. */
enum {
	OPTION_LOG_LEVEL = N_SETTINGS,
	OPTION_SETUP,
	OPTION_EXPLAIN,
	OPTION_VERSION,
	OPTION_HELP,
	OPTION_OWN /* the first of the options that only one command has */
};
enum { N_OWN = 12, N_OPTIONS = OPTION_OWN + N_OWN };

struct command_line {
	const struct command *command;
	bool named; /* false: the user named no command, so it is the first of the table */
	/* By number. NULL: not given. "": given, and takes no argument. */
	const char *option[N_OPTIONS];
	struct secret copy[N_OPTIONS]; /* the value, where it is not a word of argv */
	char **operands;
	size_t n_operands;
	char **rest; /* the words after "--", up to NULL; NULL if there is no "--" */
};

/* A set of settings, as bits. */
#define SETTING_BIT(id) (UINT64_C(1) << (id))
#define ALL_SETTINGS (SETTING_BIT(N_SETTINGS) - 1)
_Static_assert(N_SETTINGS < 64, "a set of settings has 64 bits");

struct command {
	const char *name;
	/* Returns the exit status, which is never STATUS_VALID. */
	enum status (*run)(const struct command_line *line);
	/* Reports a wrong command line, instead of printing e. May be NULL. */
	enum status (*refuse)(const struct error *e);
	const char *summary;      /* half a sentence, for the list of the commands */
	const char *help;         /* sentences */
	const char *example;      /* command lines of up to 80 bytes; may be NULL */
	uint64_t settings;        /* bits: the settings it takes options of */
	const struct option *own; /* own[i] has the number OPTION_OWN + i */
	size_t n_own;             /* at most N_OWN */
	const char *operand;      /* such as "NAME"; NULL when it takes no operands */
	size_t min_operands, max_operands;
	/* For completion, as in struct option: of the first operand, and of the others. NULL: the
	 * user's profiles if operand is "NAME". */
	const char *values[2];
	const char *rest;   /* such as "COMMAND": what follows "--"; NULL for nothing */
	bool rest_optional; /* "--" and what follows may be missing */
	bool prints;        /* writes its result to standard output */
	bool hidden;        /* not shown in --help */
};

/* All of them. The first command runs if the user names none. It ends with NULL. */
extern const struct command *const all_commands[];

/* Other commands may run it, too. */
extern const struct command cmd_refresh;

#endif
