#include "awake.h"

#include <string.h>

void awake_begin(struct awake *a, int64_t now_ms)
{
	if (a->slept)
		*a = (struct awake){0};
	a->looked_ms = now_ms;
}

void awake_look(struct awake *a, int64_t now_ms, enum awake_span span)
{
	int64_t gap_ms = now_ms - a->looked_ms;

	a->looked_ms = now_ms;
	if (span == SPAN_IDLE) {
		a->idle_ms += gap_ms;
		a->held_ms = 0;
	} else {
		a->busy_ms += gap_ms;
	}
	if (span == SPAN_HELD)
		a->held_ms += gap_ms;
	if (gap_ms > AWAKE_GAP_MS || a->held_ms > AWAKE_GAP_MS)
		a->slept = true;
}

bool awake_throughout(const struct awake *a)
{
	return !a->slept && a->busy_ms <= AWAKE_BUSY_MS;
}

bool awake_long_enough(const struct awake *a, int64_t timeout_ms)
{
	return awake_throughout(a) && a->idle_ms >= timeout_ms / 2;
}

enum status awake_excuse(const struct awake *a, struct error *e)
{
	char text[sizeof(e->text)];

	memcpy(text, e->text, sizeof(text));
	return error_set(e, STATUS_SYSTEM, "%.700s; but %s", text,
		awake_throughout(a)
			? "too little of the time was left to tell whether AWS is down: allow more "
			  "with --timeout"
			: "this program was stopped or starved meanwhile, so AWS may still be up: "
			  "is this machine overloaded?");
}
