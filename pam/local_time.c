#include "local_time.h"

#include <time.h>

#define LAST 253402300799 /* 9999-12-31: beyond it the year would need five digits */

bool local_time(char *to, size_t size, int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	return seconds > 0 && seconds <= LAST && t == seconds && localtime_r(&t, &tm) &&
		strftime(to, size, "%Y-%m-%d %H:%M %Z", &tm) > 0;
}
