/*
 * Which libpam is installed: its versions read and play a stack differently.
 *
 * No function tells its version. So look for the texts that only some versions hold.
 */
#ifndef AWS_MFA_STACK_LIBPAM_H
#define AWS_MFA_STACK_LIBPAM_H

#include <stdbool.h>
#include <stddef.h>

struct libpam {
	/* Debian's patches: "@include", and a jump counts as nothing in pam_setcred() too. */
	bool debian;
	/* 1.6 and later: lines of any length; a blank line or a comment ends a continued line. */
	bool reads_long_lines;
	/* 1.7 and later: 16 nested files at most. Before, a circle of `include` never ends. */
	bool limits_includes;
	char folders[4][64]; /* where it looks for a module without a path; "" where unused */
};

/* Fills *lib from the bytes of a libpam.so. */
void libpam_recognize(struct libpam *lib, const char *bytes, size_t size);

/*
 * Loads libpam.so.0 as every program does, and recognizes it. The file's path goes to path[size].
 * False: there is none, or it cannot be read.
 */
bool libpam_find(struct libpam *lib, char *path, size_t size);

#endif
