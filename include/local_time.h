/* Times and dates as people read and write them. */
#ifndef AWS_MFA_LOCAL_TIME_H
#define AWS_MFA_LOCAL_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes seconds since the epoch as "2031-05-06 07:08 CEST". False if there is no such date. */
bool local_time(char *to, size_t size, int64_t seconds);

/*
 * Tells whether the day `date`, written "2031-05-06", is over in the time zone of this system.
 * Returns false, and leaves *over, if there is no such date.
 */
bool local_date_is_over(const char *date, bool *over);

#endif
