/*
 * CLOCK_MONOTONIC, which deadlines count in. A step of the wall clock does not change it. All
 * processes of the machine share it. It stands still while the machine is suspended: see
 * boottime.h.
 */
#ifndef AWS_MFA_MONOTONIC_H
#define AWS_MFA_MONOTONIC_H

#include <stdint.h>

/* Returns milliseconds. */
int64_t monotonic_ms(void);

#endif
