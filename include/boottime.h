/*
 * CLOCK_BOOTTIME. A step of the wall clock does not change it. Unlike CLOCK_MONOTONIC, it goes on
 * while the machine is suspended.
 */
#ifndef AWS_MFA_BOOTTIME_H
#define AWS_MFA_BOOTTIME_H

#include <stdint.h>

/* Returns milliseconds. */
int64_t boottime_ms(void);

#endif
