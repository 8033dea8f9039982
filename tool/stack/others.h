/* What the modules of others may answer, and whether they prove something about the person. */
#ifndef AWS_MFA_STACK_OTHERS_H
#define AWS_MFA_STACK_OTHERS_H

#include "stack.h"

#include <stdint.h>

/* Codes, as bits. */
#define CODE_BIT(code) (UINT32_C(1) << (code))

enum other_kind {
	OTHER_PROVES,    /* success proves a factor, such as a password; also an unknown module */
	OTHER_PASSES,    /* lets anybody in, or does not decide */
	OTHER_CONDITION, /* decides by who the user is or where the login comes from */
};

enum other_kind others_kind(const struct stack_line *line);

/*
 * What the module of this line may answer in this phase. has_key: a public key came first.
 * by_caller: the process runs for a caller, who is not root; else it runs as root.
 */
uint32_t others_answers(const struct stack_line *line, bool has_key, bool by_caller);

/* "pam_unix": the module's name for people, up to the '.'; *len is its length. */
const char *others_name(const struct stack_line *line, size_t *len);

bool others_is(const struct stack_line *line, const char *name);
bool others_has_argument(const struct stack_line *line, const char *word);

#endif
