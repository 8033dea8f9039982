/* The stack of a PAM service: its lines, in the order in which libpam takes them. */
#ifndef AWS_MFA_STACK_STACK_H
#define AWS_MFA_STACK_STACK_H

#include "control.h"
#include "error.h"
#include "libpam.h"

#include <stdbool.h>
#include <stddef.h>

enum stack_type {
	STACK_AUTH,
	STACK_ACCOUNT,
	STACK_SESSION,
	STACK_PASSWORD,
	N_STACK_TYPES,
	STACK_ANY = N_STACK_TYPES
};

enum stack_kind {
	STACK_MODULE,
	STACK_MUST_FAIL, /* written so wrongly that libpam calls no module and fails */
	STACK_SUBSTACK,  /* the lines that follow with a higher level are the substack */
};

struct stack_line {
	enum stack_type type;
	enum stack_kind kind;
	int level;    /* of substacks */
	bool silent;  /* its type has a '-': libpam does not log that the module is missing */
	bool missing; /* installed_mark(): libpam finds no such module */
	struct control control;
	const char *module;    /* as the file has it; NULL if it names none */
	const char **argument; /* up to NULL */
	const char *file;      /* without the root */
	unsigned number;       /* of the line in the file */
};

struct stack_lines {
	struct stack_line **line;
	size_t n;
};

struct stack {
	/* A type without a line of its own has those of the service "other". */
	struct stack_lines of[N_STACK_TYPES];
	struct stack_lines other[N_STACK_TYPES];
	bool from_other[N_STACK_TYPES];
	char **file; /* the files that were read, in order, each once; up to NULL */
	size_t n_files;
};

enum stack_read {
	STACK_READ,
	STACK_REFUSED,  /* pam_start() answers PAM_ABORT: nobody gets in */
	STACK_CRASHES,  /* libpam crashes: nobody gets in, and the program ends */
	STACK_HANGS,    /* libpam never comes back */
	STACK_UNKNOWN,  /* libpam goes on with memory that it has not set: nobody can tell */
	STACK_NOT_READ, /* we could not read it; *e says why */
};

/* Called for each line that libpam cannot make sense of. what: "is no type of PAM: ...". */
typedef void stack_told(void *data, const char *file, unsigned number, const char *what);

/*
 * Reads the stack of a service below root ("" for this system) as lib does. Fills *s as far as that
 * went, also on failure. Call stack_free() in every case.
 */
enum stack_read stack_read(struct stack *s, const char *root, const char *service,
	const struct libpam *lib, stack_told *told, void *data, struct error *e);

void stack_free(struct stack *s);

/* "auth" */
const char *stack_type_name(enum stack_type type);

#endif
