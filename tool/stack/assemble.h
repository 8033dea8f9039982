/*
 * Puts together the lines of a PAM file as libpam does: comments go, a backslash at the end of a
 * line continues it. The two readers of libpam differ in almost every detail.
 */
#ifndef AWS_MFA_STACK_ASSEMBLE_H
#define AWS_MFA_STACK_ASSEMBLE_H

#include "libpam.h"
#include "text/secret.h"

struct assembler {
	const struct libpam *lib;
	const char *bytes; /* the file's; must outlive this */
	size_t size, at;
	unsigned number; /* of the line at `at`, from 1 */
	char *text;      /* the line that was put together; the caller may change it */
	unsigned first;  /* the number of its first line */
	bool cut;        /* it is a piece of a line that is too long for this libpam */
};

enum assembled {
	ASSEMBLED,        /* a line is in text */
	ASSEMBLED_END,    /* the file has no more */
	ASSEMBLED_BROKEN, /* the file ends after a backslash: libpam refuses to start */
	ASSEMBLED_HANGS,  /* libpam never comes back */
};

/* False: no memory. */
bool assemble_begin(struct assembler *a, const struct libpam *lib, const struct secret *file);
enum assembled assemble_next(struct assembler *a);
void assemble_end(struct assembler *a);

#endif
