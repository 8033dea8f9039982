/* A number for a text. It is the same in every version: names of files are made of it. */
#ifndef AWS_MFA_HASH_H
#define AWS_MFA_HASH_H

#include <stdint.h>

/* FNV-1a, 64 bits. */
uint64_t hash_text(const char *text);

#endif
