/*
 * Times as text, such as 2024-05-01T12:00:00Z (ISO 8601). AWS and the credentials file have them.
 *
 * Each iso_time_from_...() returns seconds since the epoch, or -1 for any other text and for a time
 * before 1970. The seconds may have a fraction, which is dropped. The time must be in UTC.
 */
#ifndef AWS_MFA_ISO_TIME_H
#define AWS_MFA_ISO_TIME_H

#include <stdbool.h>
#include <time.h>

/*
 * A time that AWS sends: a T between date and time, and a zone: Z, +00:00, -00:00 or +0000. A time
 * without a zone is ambiguous.
 */
time_t iso_time_from_aws(const char *text);

/*
 * An expiration in the credentials file. This program and the Python tool write YYYY-MM-DD
 * HH:MM:SS. Also accepts a T for the blank, the zones above, and " UTC".
 */
time_t iso_time_from_file(const char *text);

#define ISO_TIME_SIZE 32

/* Writes seconds since the epoch as 2024-05-01T12:00:00Z. False if there is no such date. */
bool iso_time_write(char to[static ISO_TIME_SIZE], time_t seconds);

#endif
