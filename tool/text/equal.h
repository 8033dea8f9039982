/* Compares texts that may be missing. */
#ifndef AWS_MFA_EQUAL_H
#define AWS_MFA_EQUAL_H

#include <stdbool.h>

/* NULL equals NULL alone. */
bool same_text(const char *a, const char *b);

#endif
