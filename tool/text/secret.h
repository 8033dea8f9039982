/* Strings that must not stay in memory: keys and tokens. */
#ifndef AWS_MFA_SECRET_H
#define AWS_MFA_SECRET_H

/* Overwrites and frees; s may be NULL. */
void secret_free(char *s);

#endif
