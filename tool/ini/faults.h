/* What is wrong in a file of ~/.aws, noted while it is read and told in a few lines. */
#ifndef AWS_MFA_FAULTS_H
#define AWS_MFA_FAULTS_H

#include "ini.h"

#define FAULTS_TOLD 4 /* of a file full of faults the first ones are enough to begin with */

struct fault {
	size_t line;
	char what[256];
};

struct faults {
	struct fault told[FAULTS_TOLD]; /* the first ones */
	struct fault unreadable;        /* the first of that kind; line 0 where there is none */
	size_t n;                       /* all of them */
};

/* For ini_parse(), with a struct faults as arg. */
ini_fault_fn faults_note;

/* One warning for each of the first faults, and one that counts the others. */
void faults_warn(const struct faults *f, const char *path);

#endif
