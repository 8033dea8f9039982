/* A length of time, as people read it. */
#ifndef AWS_MFA_SPAN_H
#define AWS_MFA_SPAN_H

#include <stdint.h>

#define SPAN_SIZE 32

/* Writes "3 h 12 min", "9 min", "45 s" or, from two days on, "4 d". Returns text. */
const char *span_text(char text[static SPAN_SIZE], int64_t seconds);

#endif
