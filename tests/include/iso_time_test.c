#include "iso_time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define NOON 1714564800

static void from_aws(void **state)
{
	static const char *const good[] = {"2024-05-01T12:00:00Z", "2024-05-01T12:00:00.123Z",
		"2024-05-01T12:00:00.123456789Z", "2024-05-01T12:00:00+00:00",
		"2024-05-01T12:00:00.0-00:00", "2024-05-01T12:00:00+0000"};
	static const char *const bad[] = {"", "2024-05-01", "2024-05-01T12:00:00",
		"2024-05-01 12:00:00Z", "2024-05-01T12:00:00 UTC", "2024-05-01T12:00:00+02:00",
		"2024-05-01T12:00:00.Z", "2024-02-30T12:00:00Z", "2023-02-29T12:00:00Z",
		"2024-04-31T12:00:00Z", "2024-12-32T12:00:00Z", "2024-13-01T12:00:00Z",
		"2024-00-01T12:00:00Z", "2024-05-00T12:00:00Z", "2024-05-01T24:00:00Z",
		"2024-05-01T12:60:00Z", "2024-05-01T12:00:61Z", "2024-05-01T12:00:00Zx",
		"+024-05-01T12:00:00Z", "2024-05-01T12:00:0", "99999-01-01T0",
		"0000-01-01T00:00:00Z", "1969-12-31T23:59:59Z"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(iso_time_from_aws(good[i]), NOON);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (iso_time_from_aws(bad[i]) != -1)
			fail_msg("%s", bad[i]);
	assert_int_equal(iso_time_from_aws("1970-01-01T00:00:00Z"), 0);
	assert_int_equal(iso_time_from_aws("2016-12-31T23:59:60Z"), 1483228800);
	assert_int_equal(iso_time_from_aws("9999-12-31T23:59:59Z"), 253402300799);
}

static void from_file(void **state)
{
	static const char *const good[] = {"2024-05-01 12:00:00", "2024-05-01T12:00:00Z",
		"2024-05-01T12:00:00.123+00:00", "2024-05-01 12:00:00 UTC"};
	static const char *const bad[] = {"", "tomorrow", "2024-05-01 12:00", "2024-13-01 12:00:00",
		"2024-05-01 12:00:00+05:00", "2024-05-01 12:00:00 CET"};
	char text[64];
	struct tm tm;

	(void)state;
	for (time_t t = 0; t < (time_t)8000 * 366 * 86400; t += 86399) {
		assert_non_null(gmtime_r(&t, &tm));
		snprintf(text, sizeof(text), "%04d-%02d-%02d %02d:%02d:%02d", tm.tm_year + 1900,
			tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
		if (iso_time_from_file(text) != t)
			fail_msg("%s", text);
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(iso_time_from_file(good[i]), NOON);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (iso_time_from_file(bad[i]) != -1)
			fail_msg("%s", bad[i]);
}

static void write(void **state)
{
	char text[ISO_TIME_SIZE];

	(void)state;
	assert_true(iso_time_write(text, NOON));
	assert_string_equal(text, "2024-05-01T12:00:00Z");
	assert_true(iso_time_write(text, 253402300800));
	assert_string_equal(text, "10000-01-01T00:00:00Z");
	assert_false(iso_time_write(text, INT64_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_aws), cmocka_unit_test(from_file), cmocka_unit_test(write)};

	return cmocka_run_group_tests_name("iso_time", tests, NULL, NULL);
}
