/*
 * The time of this machine and of the server. Both are stored as distances to CLOCK_BOOTTIME. The
 * wall clock may be set while a person looks for their telephone (NTP, a laptop that resumes). If
 * the request with the code has an untested time, AWS may refuse it, and the code is lost.
 * CLOCK_MONOTONIC does not help: it stands still while the machine is suspended.
 */
#ifndef AWS_MFA_STS_CLOCK_H
#define AWS_MFA_STS_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct clock {
	int64_t own_ms;    /* this machine's wall clock at the start, minus boottime_ms() */
	int64_t server_ms; /* the server's clock minus boottime_ms(), if heard */
	bool heard;
	time_t skew; /* seconds to add to our time so that the server accepts a signature */
};

void clock_start(struct clock *c);

/* Notes the Date of an answer that has just come; -1 if it had none. */
void clock_hear(struct clock *c, time_t date);

/* Returns this machine's time as if its wall clock was never set since the start. */
time_t clock_own(const struct clock *c);

/* Returns the time to sign with. */
time_t clock_signing(const struct clock *c);

/* Returns the server's time, or the time to sign with if no server time was heard. */
time_t clock_server(const struct clock *c);

/*
 * True if the wall clock was set by more than SKEW_TOLERATED since the start. A paused virtual
 * machine looks the same: CLOCK_BOOTTIME does not count the pause. Then only the server knows the
 * right time.
 */
bool clock_was_set(const struct clock *c);

#endif
