#include "iso_time.h"

#include "ascii.h"

#include <stdbool.h>
#include <string.h>

#define DIGITS "0123456789"
#define T_AT 10
#define TIME_LEN 19

/* Days since 1970-01-01. Not timegm(), because it reads the file of the local time zone. */
static time_t days_until(int year, int month, int day)
{
	if (month <= 2) { /* count from March, so that a leap day ends the year */
		year--;
		month += 12;
	}
	return (time_t)365 * year + year / 4 - year / 100 + year / 400 + (153 * month - 457) / 5 +
		day - 719469;
}

static int number(const char *digits, int n)
{
	int sum = 0;

	for (; n > 0; n--)
		sum = sum * 10 + (*digits++ - '0');
	return sum;
}

static bool begins_with_time(const char *text)
{
	/* d is a digit. */
	for (const char *form = "dddd-dd-dd dd:dd:dd"; *form; form++, text++)
		if (*form == 'd' ? !ascii_is_digit(*text)
				 : *text != *form && !(*form == ' ' && *text == 'T'))
			return false;
	return true;
}

/* *zone: what follows the time. */
static time_t parse(const char *text, const char **zone)
{
	int year, month, day, hour, minute, second;
	time_t first;

	if (!begins_with_time(text))
		return -1;
	year = number(text, 4);
	month = number(text + 5, 2);
	day = number(text + 8, 2);
	hour = number(text + 11, 2);
	minute = number(text + 14, 2);
	second = number(text + 17, 2); /* 60 is a leap second */
	first = days_until(year, month, 1);
	if (year < 1970 || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 60 ||
		day < 1 || day > days_until(year + month / 12, month % 12 + 1, 1) - first)
		return -1;
	*zone = text + TIME_LEN;
	if (**zone == '.')
		*zone += strspn(*zone + 1, DIGITS) > 0 ? 1 + strspn(*zone + 1, DIGITS) : 0;
	return (first + day - 1) * 86400 + (hour * 60L + minute) * 60 + second;
}

static bool is_utc(const char *zone)
{
	return strcmp(zone, "Z") == 0 || strcmp(zone, "+00:00") == 0 ||
		strcmp(zone, "-00:00") == 0 || strcmp(zone, "+0000") == 0;
}

time_t iso_time_from_aws(const char *text)
{
	const char *zone;
	time_t time = parse(text, &zone);

	return time >= 0 && text[T_AT] == 'T' && is_utc(zone) ? time : -1;
}

time_t iso_time_from_file(const char *text)
{
	const char *zone;
	time_t time = parse(text, &zone);

	return time >= 0 && (*zone == '\0' || strcmp(zone, " UTC") == 0 || is_utc(zone)) ? time
											 : -1;
}

bool iso_time_write(char to[static ISO_TIME_SIZE], time_t seconds)
{
	struct tm tm;

	return gmtime_r(&seconds, &tm) &&
		strftime(to, ISO_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) > 0;
}
