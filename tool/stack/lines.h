/* Keeps the lines of a stack while it is read. */
#ifndef AWS_MFA_STACK_LINES_H
#define AWS_MFA_STACK_LINES_H

#include "stack.h"

/* Replaces *path by a copy that lives as long as s. False: no memory. */
bool lines_name_file(struct stack *s, const char **path);

/*
 * Appends a copy of the line, and of the words in `arguments`, which it changes. other: to the
 * lines of the service "other". False: no memory.
 */
bool lines_add(struct stack *s, bool other, const struct stack_line *line, char *arguments);

/* Gives the types without a line those of "other". */
void lines_choose(struct stack *s);

#endif
