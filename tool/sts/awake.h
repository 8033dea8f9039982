/*
 * Were we awake all through an attempt to reach AWS?
 *
 * Threat: a stranger who runs su can stop, freeze or starve what runs in their control group
 * (SIGSTOP, cgroup.freeze, cpu.max, memory.high) until the time is over, or until the server drops
 * a connection half made. Under failmode=safe an outage lets them in. So an attempt is evidence of
 * an outage only if we looked at the clock at least every AWAKE_GAP_MS, and spent almost all of it
 * in waits that ended with nothing ready. A waiting process cannot tell that it was frozen for
 * less than the gap; but then what the server sent is ready after the wait.
 *
 * The clock is CLOCK_BOOTTIME: to suspend a laptop is to stop us, too.
 */
#ifndef AWS_MFA_STS_AWAKE_H
#define AWS_MFA_STS_AWAKE_H

#include "error.h"

#include <stdbool.h>
#include <stdint.h>

#define AWAKE_WAIT_MS 250  /* no wait is longer */
#define AWAKE_GAP_MS 350   /* no two looks at the clock may be further apart */
#define AWAKE_BUSY_MS 5000 /* no server drops a client that is slower by no more than this */

/* What was done since the last look. */
enum awake_span {
	SPAN_BUSY, /* worked, or waited until something was ready */
	SPAN_IDLE, /* waited, and nothing became ready */
	SPAN_HELD, /* the same, but a thread of ours that waits for an answer was held up */
};

/* Starts as zeros. */
struct awake {
	int64_t looked_ms; /* boottime_ms() of the last look */
	int64_t idle_ms, busy_ms;
	int64_t held_ms; /* of SPAN_HELD in a row */
	bool slept;
};

/*
 * Begins an attempt. Time of attempts before adds up, so that a server that closes after a while
 * is known to be silent; but not of an attempt in which we slept.
 */
void awake_begin(struct awake *a, int64_t now_ms);

void awake_look(struct awake *a, int64_t now_ms, enum awake_span span);

/* Does a definite failure (refused, closed, 5xx) count against AWS? */
bool awake_throughout(const struct awake *a);

/* Does a time-out count? AWS must have had half of the whole time, in which it said nothing. */
bool awake_long_enough(const struct awake *a, int64_t timeout_ms);

/* Turns the STATUS_UNAVAILABLE in *e, for which there is no evidence, into STATUS_SYSTEM. */
enum status awake_excuse(const struct awake *a, struct error *e);

#endif
