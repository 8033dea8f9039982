/*
 * Did this program run all through an attempt to reach AWS?
 *
 * Threat: a stranger runs su, and stops, freezes or starves the processes in their control group
 * (SIGSTOP, cgroup.freeze, cpu.max, memory.high). They wait until the time is over, or until the
 * server drops a half-made connection. With failmode=safe, an outage lets them in.
 *
 * So an attempt is evidence of an outage only if two things are true:
 * - The program looked at the clock at least every AWAKE_GAP_MS.
 * - Almost all of the time went to waits that ended with nothing ready.
 *
 * A waiting process cannot notice a freeze shorter than the gap. But then the bytes that the server
 * sent are ready after the wait.
 *
 * The clock is CLOCK_BOOTTIME: a suspended laptop stops this program, too.
 */
#ifndef AWS_MFA_STS_AWAKE_H
#define AWS_MFA_STS_AWAKE_H

#include "error.h"

#include <stdbool.h>
#include <stdint.h>

#define AWAKE_WAIT_MS 250  /* the longest wait */
#define AWAKE_GAP_MS 350   /* the longest time between two looks at the clock */
#define AWAKE_BUSY_MS 5000 /* the longest busy time; servers do not drop a client for so little */

/* What the program did since the last look. */
enum awake_span {
	SPAN_BUSY, /* worked, or waited until something was ready */
	SPAN_IDLE, /* waited, and nothing became ready */
	SPAN_HELD, /* the same, but a thread of this program was held up while it waited */
};

/* All zero at the start. */
struct awake {
	int64_t looked_ms; /* boottime_ms() of the last look */
	int64_t idle_ms, busy_ms;
	int64_t held_ms; /* of spans SPAN_HELD in a row */
	bool slept;
};

/*
 * Begins an attempt. It keeps the times of earlier attempts: a server that closes each connection
 * after a while is silent, too. If the program slept in an earlier attempt, it drops those times.
 */
void awake_begin(struct awake *a, int64_t now_ms);

void awake_look(struct awake *a, int64_t now_ms, enum awake_span span);

/* True if a definite failure (refused, closed, 5xx) counts against AWS. */
bool awake_throughout(const struct awake *a);

/* True if a time-out counts against AWS: AWS said nothing for half of timeout_ms. */
bool awake_long_enough(const struct awake *a, int64_t timeout_ms);

/* Turns the STATUS_UNAVAILABLE in *e into STATUS_SYSTEM: there is no evidence of an outage. */
enum status awake_excuse(const struct awake *a, struct error *e);

#endif
