/*
 * What doctor has found. A finding says what is wrong, where, and what mends it. A check that finds
 * nothing is noted, too: findings_pass().
 *
 *	findings_add(l, "credentials-mode", FINDING_WARNING, path, 0, "others may read it");
 *	findings_run(l, "chmod 600 %s", quoted);
 *
 * Do not add a finding that nobody can mend. If memory is short, all functions do nothing and set
 * l->failed.
 */
#ifndef AWS_MFA_FINDINGS_H
#define AWS_MFA_FINDINGS_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>

enum finding_level {
	FINDING_NOTE,    /* may be intended */
	FINDING_WARNING, /* works now, but will cause trouble or surprise */
	FINDING_FAULT,   /* does not work */
};
enum { FINDING_LEVELS = FINDING_FAULT + 1 };

struct finding {
	struct finding *next;
	const char *id; /* the same in every version: scripts compare it */
	enum finding_level level;
	char *file;    /* NULL: the finding is about no file */
	size_t line;   /* from 1; 0: about no line */
	char *message; /* what is wrong, and which words mend it */
	char *fix;     /* the command to run or the text to write; NULL: the message says it all */
	bool runs;     /* fix is a command of a POSIX shell */
};

struct passed {
	struct passed *next;
	char *brief, *detail;
};

/* How a login ends, for --json: found by playing a PAM stack. */
struct way_in {
	struct way_in *next;
	char *way, *outcome, *result;
	unsigned factors;
};

struct findings {
	struct finding *first, *last;
	struct passed *passed, **passed_end;
	struct way_in *ways, **ways_end;
	size_t n[FINDING_LEVELS], n_passed;
	bool failed; /* no memory */
};

void findings_init(struct findings *l);
void findings_free(struct findings *l);

/* Adds a finding without a fix. id is not copied. file may be NULL, line 0. */
void findings_add(struct findings *l, const char *id, enum finding_level level, const char *file,
	size_t line, const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* Sets the fix of the finding that was added last: a command, or words. */
void findings_run(struct findings *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void findings_write(struct findings *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Is there a finding with this id? */
bool findings_have(const struct findings *l, const char *id);

/* Replaces the fix of the first finding with this id by better words. file: NULL, or only there. */
void findings_mend(struct findings *l, const char *id, const char *file, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/*
 * Adds a finding from the message of an error or a warning: "FILE:LINE: what is wrong; what to do".
 * After "; run: " it is a command. Does nothing if there is a finding about this line of this file
 * already. Without a line, does nothing if there is a finding with the same message.
 */
void findings_take(
	struct findings *l, const char *id, enum finding_level level, const char *message);

/* Notes a check that found nothing: "files" for the list of all, a sentence for -v. */
void findings_pass(struct findings *l, const char *brief, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds a row of the table of --json. */
void findings_way_in(struct findings *l, const char *way, const char *outcome, const char *result,
	unsigned factors);

/* No fault and no warning. */
bool findings_ok(const struct findings *l);

#endif
