#include "span.h"

#include <inttypes.h>
#include <stdio.h>

const char *span_text(char text[static SPAN_SIZE], int64_t seconds)
{
	int64_t minutes = seconds / 60, hours = minutes / 60, days = hours / 24;

	if (days >= 2)
		snprintf(text, SPAN_SIZE, "%" PRId64 " d", days);
	else if (hours > 0 && minutes % 60 > 0)
		snprintf(text, SPAN_SIZE, "%" PRId64 " h %" PRId64 " min", hours, minutes % 60);
	else if (hours > 0)
		snprintf(text, SPAN_SIZE, "%" PRId64 " h", hours);
	else if (minutes > 0)
		snprintf(text, SPAN_SIZE, "%" PRId64 " min", minutes);
	else
		snprintf(text, SPAN_SIZE, "%" PRId64 " s", seconds);
	return text;
}
