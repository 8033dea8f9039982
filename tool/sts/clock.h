/*
 * What time it is, for us and for the server. Both are kept as distances to CLOCK_BOOTTIME: the
 * wall clock may be set while a person looks for the telephone (NTP, a laptop that resumes), and a
 * request signed with a time other than the one that was tried before would cost the code. Not
 * CLOCK_MONOTONIC, which stands still while the machine is suspended.
 */
#ifndef AWS_MFA_STS_CLOCK_H
#define AWS_MFA_STS_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct clock {
	int64_t own_ms;    /* this machine's wall clock at the start, less boottime_ms() */
	int64_t server_ms; /* the server's, where it was heard */
	bool heard;
	time_t skew; /* what to add to our own time for the server to take a signature */
};

void clock_start(struct clock *c);

/* Notes the Date of an answer that has just come; -1: it had none. */
void clock_hear(struct clock *c, time_t date);

/* This machine's time, as if its wall clock had not been set since the start. */
time_t clock_own(const struct clock *c);

/* The time to sign with. */
time_t clock_signing(const struct clock *c);

/* The server's time; while it has not been heard, the one to sign with. */
time_t clock_server(const struct clock *c);

/*
 * Has the wall clock been set meanwhile by more than SKEW_TOLERATED? Or a virtual machine was
 * paused, which CLOCK_BOOTTIME does not count: who is right then, only the server can tell.
 */
bool clock_was_set(const struct clock *c);

#endif
