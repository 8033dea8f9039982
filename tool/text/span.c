#include "span.h"

#include <inttypes.h>
#include <stdio.h>

const char *span_text(char text[static SPAN_SIZE], int64_t seconds)
{
	int64_t minutes = seconds / 60;

	if (minutes >= INT64_C(2) * 24 * 60)
		snprintf(text, SPAN_SIZE, "%" PRId64 " d", minutes / (24 * 60));
	else if (minutes >= 60 && minutes % 60 > 0)
		snprintf(text, SPAN_SIZE, "%" PRId64 " h %" PRId64 " min", minutes / 60,
			minutes % 60);
	else if (minutes >= 60)
		snprintf(text, SPAN_SIZE, "%" PRId64 " h", minutes / 60);
	else if (minutes > 0)
		snprintf(text, SPAN_SIZE, "%" PRId64 " min", minutes);
	else
		snprintf(text, SPAN_SIZE, "%" PRId64 " s", seconds);
	return text;
}
