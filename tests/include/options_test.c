#include "options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <time.h>

static char error[160];

static bool parse(struct options *opt, const char *arg)
{
	const char *argv[] = {arg};

	error[0] = '\0';
	return options_parse(opt, 1, argv, error, sizeof(error));
}

static void nothing_given(void **state)
{
	struct options opt;

	(void)state;
	assert_true(options_parse(&opt, 0, NULL, error, sizeof(error)));
	assert_null(opt.profile);
	assert_string_equal(options_profile(&opt), "default");
	assert_string_equal(opt.prompt, "AWS MFA code: ");
	assert_int_equal(opt.prompts, 1);
	assert_int_equal(opt.timeout, 20);
	assert_int_equal(opt.minimum_uid, 0);
	assert_false(opt.always || opt.debug || opt.echo || opt.failmode_safe || opt.ignore_root ||
		opt.keystore || opt.notify || opt.nullok || opt.nullok_date || opt.quiet ||
		opt.setenv || opt.verbose);
}

static void all_given(void **state)
{
	const char *argv[] = {"always", "debug", "echo", "failmode=safe", "ignore_root",
		"minimum_uid=1000", "notify", "nullok", "profile=a b",
		"prompt=Code: ", "prompts=10", "quiet", "setenv", "timeout=300"};
	struct options opt;

	(void)state;
	assert_true(
		options_parse(&opt, sizeof(argv) / sizeof(argv[0]), argv, error, sizeof(error)));
	assert_true(opt.always && opt.debug && opt.echo && opt.failmode_safe && opt.ignore_root &&
		opt.notify && opt.nullok && opt.quiet && opt.setenv && !opt.verbose);
	assert_int_equal(opt.minimum_uid, 1000);
	assert_int_equal(opt.prompts, 10);
	assert_int_equal(opt.timeout, 300);
	assert_string_equal(options_profile(&opt), "a b");
	assert_string_equal(opt.prompt, "Code: ");
}

static void write_day(char *to, size_t size, int offset)
{
	time_t day = time(NULL) + offset * 86400;
	struct tm tm;

	assert_non_null(localtime_r(&day, &tm));
	assert_int_equal(strftime(to, size, "nullok=%Y-%m-%d", &tm), strlen("nullok=2031-05-06"));
}

/* If midnight comes between the two looks at the clock, this looks again. */
static void a_day_counts_until_it_is_over(void **state)
{
	char yesterday[32], today[32], tomorrow[32], again[32];
	struct options opt;

	(void)state;
	do {
		write_day(today, sizeof(today), 0);
		write_day(yesterday, sizeof(yesterday), -1);
		write_day(tomorrow, sizeof(tomorrow), 1);
		assert_true(parse(&opt, yesterday));
		assert_false(opt.nullok);
		assert_true(parse(&opt, tomorrow));
		assert_true(opt.nullok);
		assert_true(parse(&opt, today));
		write_day(again, sizeof(again), 0);
	} while (strcmp(today, again) != 0);
	assert_true(opt.nullok);
	assert_string_equal(opt.nullok_date, today + strlen("nullok="));
	assert_true(parse(&opt, "nullok"));
	assert_true(opt.nullok);
	assert_null(opt.nullok_date);
}

static void what_is_no_day(void **state)
{
	static const char *const bad[] = {"nullok=", "nullok=2026-02-29", "nullok=2026-13-01",
		"nullok=2026-00-10", "nullok=2026-01-00", "nullok=2026-1-01", "nullok=26-01-01",
		"nullok=2026-01-01 ", "nullok= 2026-01-1", "nullok=+026-01-01", "nullok=2026/01/01",
		"nullok=20260101", "nullok=yes", "nullok=2026-01-01T00"};
	struct options opt;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(parse(&opt, bad[i]));
		assert_non_null(strstr(error, "is not a date such as 2031-05-06"));
	}
	assert_true(parse(&opt, "nullok=2028-02-29"));
}

static void texts_are_utf8_without_controls(void **state)
{
	static const char *const good[] = {
		"profile=\xe6\x97\xa5\xe6\x9c\xac", "prompt=\xe3\x82\xb3\xe3\x83\xbc\xe3\x83\x89"};
	static const char *const bad[] = {"profile=a\x1b", "prompt=a\x7f", "profile=a\x9b",
		"prompt=\xc2\x9b", "profile=a\tb"};
	struct options opt;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(parse(&opt, good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(parse(&opt, bad[i]));
}

static void each_flag_sets_its_own(void **state)
{
#define AT(name) offsetof(struct options, name)
	static const struct {
		const char *arg;
		size_t at;
	} flags[] = {{"always", AT(always)}, {"debug", AT(debug)}, {"echo", AT(echo)},
		{"failmode=safe", AT(failmode_safe)}, {"ignore_root", AT(ignore_root)},
		{"notify", AT(notify)}, {"nullok", AT(nullok)}, {"quiet", AT(quiet)},
		{"setenv", AT(setenv)}, {"verbose", AT(verbose)}};
	const size_t n = sizeof(flags) / sizeof(flags[0]);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		struct options opt;

		assert_true(parse(&opt, flags[i].arg));
		for (size_t j = 0; j < n; j++)
			assert_int_equal(*(bool *)((char *)&opt + flags[j].at), i == j);
	}
}

/* Keystore mode asks always, and nothing softens it. */
static void keystore(void **state)
{
	static const char *const bad[] = {
		"nullok", "nullok=2026-01-01", "nullok=2999-01-01", "failmode=safe"};
	static const char *const good[] = {"always", "failmode=secure", "keystore", "notify"};
	struct options opt;

	(void)state;
	assert_true(parse(&opt, "keystore"));
	assert_true(opt.keystore && opt.always);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		for (size_t first = 0; first < 2; first++) {
			const char *argv[] = {"keystore", "keystore"};

			argv[first] = bad[i];
			assert_false(options_parse(&opt, 2, argv, error, sizeof(error)));
			assert_non_null(strstr(error, "options \"keystore\" and "));
			assert_non_null(strstr(error, "contradict each other"));
		}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const char *argv[] = {good[i], "keystore"};

		assert_true(options_parse(&opt, 2, argv, error, sizeof(error)));
		assert_true(opt.keystore && opt.always);
	}
}

static void refused(void **state)
{
	static const char *const bad[] = {"", "=", "nonsense", "null", "nullok2",
		"nullok=", "always=1", "Always", "keystore=1", "failmode",
		"failmode=", "failmode=Safe", "prompts", "prompts=", "prompts=0", "prompts=11",
		"prompts=-1", "prompts=+1", "prompts= 1", "prompts=1 ", "prompts=0x2",
		"prompts=99999999999999999999", "timeout=0", "timeout=301", "timeout=1.5",
		"minimum_uid=", "minimum_uid=4294967295", "minimum_uid=root", "profile",
		"profile=", "profile=-x", "profile=a\nb", "profile=\x7f",
		"prompt=", "prompt=a\033[2J"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct options opt;

		if (parse(&opt, bad[i]))
			fail_msg("accepted: %s", bad[i]);
		assert_non_null(strstr(error, "option \""));
	}
}

static void lengths(void **state)
{
	char arg[400];
	struct options opt;

	(void)state;
	memset(arg, 'a', sizeof(arg));
	memcpy(arg, "profile=", 8);
	arg[8 + 128] = '\0';
	assert_true(parse(&opt, arg));
	arg[8 + 128] = 'a';
	arg[8 + 129] = '\0';
	assert_false(parse(&opt, arg));
	memset(arg, 'a', sizeof(arg));
	memcpy(arg, "prompt=", 7);
	arg[7 + 256] = '\0';
	assert_true(parse(&opt, arg));
	arg[7 + 256] = 'a';
	arg[7 + 257] = '\0';
	assert_false(parse(&opt, arg));
}

static void errors_are_clean(void **state)
{
	struct options opt;

	(void)state;
	assert_false(parse(&opt, "x\n\"y\""));
	assert_string_equal(error, "option \"x?'y'\" is not an option of this module");
}

static void ignored(void **state)
{
	struct options opt;

	(void)state;
	assert_true(parse(&opt, "debug"));
	assert_false(options_ignore(&opt, 0));
	assert_true(parse(&opt, "ignore_root"));
	assert_true(options_ignore(&opt, 0));
	assert_false(options_ignore(&opt, 1));
	assert_true(parse(&opt, "minimum_uid=1000"));
	assert_true(options_ignore(&opt, 999));
	assert_false(options_ignore(&opt, 1000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_given),
		cmocka_unit_test(all_given),
		cmocka_unit_test(a_day_counts_until_it_is_over),
		cmocka_unit_test(what_is_no_day),
		cmocka_unit_test(texts_are_utf8_without_controls),
		cmocka_unit_test(each_flag_sets_its_own),
		cmocka_unit_test(keystore),
		cmocka_unit_test(refused),
		cmocka_unit_test(lengths),
		cmocka_unit_test(errors_are_clean),
		cmocka_unit_test(ignored),
	};

	return cmocka_run_group_tests_name("include/options", tests, NULL, NULL);
}
