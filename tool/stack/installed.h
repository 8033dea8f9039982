/* Which modules of a stack are there, where libpam looks for them. */
#ifndef AWS_MFA_STACK_INSTALLED_H
#define AWS_MFA_STACK_INSTALLED_H

#include "stack.h"

/* Sets `missing` in each line of *s. */
void installed_mark(struct stack *s, const char *root, const struct libpam *lib);

/* The module's file, below root, in path[size]. False: there is none. */
bool installed_find(
	const char *module, const char *root, const struct libpam *lib, char *path, size_t size);

/*
 * Loads the module in a process of its own, as libpam would. False: why[size] is what the loader
 * says.
 */
bool installed_loads(const char *path, char *why, size_t size);

#endif
