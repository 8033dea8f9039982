#include "local_time.h"

#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>

#define LAST 253402300799 /* 9999-12-31: beyond it the year would need five digits */

bool local_time(char *to, size_t size, int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (seconds <= 0 || seconds > LAST || t != seconds || !localtime_r(&t, &tm))
		return false;
	if (!*tm.tm_zone) /* TZ names no zone, so this is UTC */
		tm.tm_zone = "UTC";
	return strftime(to, size, "%Y-%m-%d %H:%M %Z", &tm) > 0;
}

static bool is_date(const char *text)
{
	static const char shape[] = "dddd-dd-dd";
	struct tm tm = {0};
	char again[sizeof(shape)];

	if (strlen(text) != sizeof(shape) - 1)
		return false;
	for (size_t i = 0; shape[i]; i++)
		if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
			return false;
	if (!strptime(text, "%Y-%m-%d", &tm))
		return false;
	timegm(&tm); /* February 30 becomes March 2 */
	return strftime(again, sizeof(again), "%Y-%m-%d", &tm) > 0 && strcmp(again, text) == 0;
}

/*
 * Threat: su and sudo run with the caller's environment, and TZ can move a date by a day. If a
 * setuid program has TZ, use UTC.
 */
static bool today(char *to, size_t size)
{
	const time_t now = time(NULL);
	bool foreign = getauxval(AT_SECURE) && getenv("TZ");
	struct tm tm;

	return (foreign ? gmtime_r(&now, &tm) : localtime_r(&now, &tm)) &&
		strftime(to, size, "%Y-%m-%d", &tm) > 0;
}

bool local_date_is_over(const char *date, bool *over)
{
	char now[16];

	if (!is_date(date))
		return false;
	/* Without a date of today nobody is excused. */
	*over = !today(now, sizeof(now)) || strlen(now) != strlen(date) || strcmp(now, date) > 0;
	return true;
}
