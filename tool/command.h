/*
 * A command of aws-mfa. Each is a file cmd_NAME.c, which defines cmd_NAME, and a row of the table
 * in aws-mfa.c. Its row says what it takes: the parser, --help and the tests of the manual read it.
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

/* The number of an option. A setting's option has the setting's own number. */
enum {
	OPTION_LOG_LEVEL = N_SETTINGS,
	OPTION_SETUP,
	OPTION_EXPLAIN,
	OPTION_VERSION,
	OPTION_HELP,
	OPTION_OWN /* the first of a command's own */
};
enum { N_OWN = 8, N_OPTIONS = OPTION_OWN + N_OWN };

struct command_line {
	const struct command *command;
	bool named; /* false: the first command of the table, since none is named */
	/* By number. NULL where not given, "" where given and without argument. */
	const char *option[N_OPTIONS];
	struct secret copy[N_OPTIONS]; /* of those that do not stand in argv so */
	char **operands;
	size_t n_operands;
	char **rest; /* behind "--", ends with NULL; where the command takes it */
};

/* A set of settings, as bits. */
#define SETTING_BIT(id) (UINT64_C(1) << (id))
#define ALL_SETTINGS (SETTING_BIT(N_SETTINGS) - 1)
_Static_assert(N_SETTINGS < 64, "a set of settings has 64 bits");

struct command {
	const char *name;
	/* Returns the exit status, which is never STATUS_VALID. */
	enum status (*run)(const struct command_line *line);
	/* Instead of printing e, where the words of the command line are wrong. May be NULL. */
	enum status (*refuse)(const struct error *e);
	const char *summary;      /* half a sentence, for the list of the commands */
	const char *help;         /* sentences */
	const char *example;      /* command lines of up to 80 bytes; may be NULL */
	uint64_t settings;        /* bits: it takes their options */
	struct option own[N_OWN]; /* own[i] has the number OPTION_OWN + i */
	const char *operand;      /* such as "NAME"; NULL when it takes no operands */
	size_t min_operands, max_operands;
	const char *rest; /* such as "COMMAND": what must stand behind "--"; NULL for nothing */
	bool prints;      /* what is asked for is on standard output */
	bool hidden;      /* not for people */
};

#endif
