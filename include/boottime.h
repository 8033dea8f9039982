/*
 * CLOCK_BOOTTIME: no step of the wall clock moves it, and unlike CLOCK_MONOTONIC it goes on while
 * the machine is suspended.
 */
#ifndef AWS_MFA_BOOTTIME_H
#define AWS_MFA_BOOTTIME_H

#include <stdint.h>

/* Milliseconds. */
int64_t boottime_ms(void);

#endif
