/* The table "way in x outcome -> in or out, with how many factors proved". */
#ifndef AWS_MFA_STACK_TABLE_H
#define AWS_MFA_STACK_TABLE_H

#include "view.h"

#include <stdio.h>

/* Prints what was played, and the table, in 80 columns. */
void table_print(FILE *out, const struct view *v, bool color);

/* Adds the rows for --json, with all outcomes. */
void table_add(struct view *v);

#endif
