/* Notes the faults of a file of ~/.aws while it is read, and prints the first of them once. */
#ifndef AWS_MFA_FAULTS_H
#define AWS_MFA_FAULTS_H

#include "ini.h"

#define FAULTS_TOLD 4 /* a file may have thousands; the first ones are enough */

struct fault {
	size_t line;
	char what[256];
};

struct faults {
	struct fault told[FAULTS_TOLD]; /* the first faults */
	struct fault unreadable;        /* the first INI_UNREADABLE; line 0 without one */
	size_t n;                       /* the number of all faults */
};

/* For ini_parse(), with a struct faults as arg. */
ini_fault_fn faults_note;

/*
 * Prints a warning about a file, unless this run has printed it: several profiles have their
 * settings in the same files. log_take() gets all of them.
 */
void faults_tell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Does so for each of the first faults, and with the number of the others. */
void faults_warn(const struct faults *f, const char *path);

#endif
