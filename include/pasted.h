/*
 * People paste the secret access key at the wrong place. No message may quote it there: messages go
 * to screens, to tickets and to the system log.
 */
#ifndef AWS_MFA_PASTED_H
#define AWS_MFA_PASTED_H

#include <stdbool.h>

/*
 * Does the text have 40 letters, digits, '/' and '+' in a row, as a secret access key or a session
 * token has them?
 */
bool pasted_secret(const char *text);

/* The text that a message may show for this value: the value, or "(not shown: ...)". */
const char *pasted_hide(const char *value);

#endif
