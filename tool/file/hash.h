/* A hash of a text. It must stay the same in every version: names of files contain it. */
#ifndef AWS_MFA_HASH_H
#define AWS_MFA_HASH_H

#include <stdint.h>

/* FNV-1a, 64 bits. */
uint64_t hash_text(const char *text);

#endif
