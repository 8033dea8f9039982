/* Prints what doctor has found, for people or for programs. */
#ifndef AWS_MFA_REPORT_H
#define AWS_MFA_REPORT_H

#include "findings.h"

#include <stdio.h>

struct report_look {
	const char *home; /* paths below it are printed as ~/...; may be NULL */
	size_t columns;   /* of the terminal; 0: no terminal */
	bool color;
	bool verbose;      /* a line for each check that found nothing */
	const char *again; /* the command to run after mending; NULL: doctor */
};

#define REPORT_COLUMNS 80

/*
 * Prints the findings in lines of REPORT_COLUMNS, or less on a narrow terminal, the checks that
 * found nothing, and how many findings there are. Only a word or a path that is longer makes a
 * longer line.
 */
void report_print(FILE *out, const struct findings *l, const struct report_look *look);

/*
 * Prints one line:
 *
 *	{"Version":1,"Ok":BOOLEAN,
 *	 "Findings":[{"Id","Level":"fault|warning|note","File","Line","Message","Fix"}],
 *	 "Table":[{"WayIn","Outcome","Result","Factors"}]}
 *
 * A value that is not known is null.
 */
void report_print_json(FILE *out, const struct findings *l);

/* Prints only the array of Findings. */
void report_print_findings_json(FILE *out, const struct findings *l);

#endif
