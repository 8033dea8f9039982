#include "settings/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void durations(void **state)
{
	static const struct {
		const char *text;
		long seconds; /* 0: refused */
	} cases[] = {
		{"900", 900},
		{"129600", 129600},
		{"15m", 900},
		{"12h", 43200},
		{"36h", 129600},
		{"3600s", 3600},
		{"899", 0},
		{"129601", 0},
		{"14m", 0},
		{"37h", 0},
		{"-1", 0},
		{"abc", 0},
		{"", 0},
		{"12 h", 0},
		{"12hh", 0},
		{"1e4", 0},
		{"0x1000", 0},
		{" 900", 0},
		{"99999999999999999999", 0},
		{"999999999h", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		long seconds = 0;
		const char *expected = value_duration(cases[i].text, &seconds);

		assert_int_equal(seconds, cases[i].seconds);
		assert_true((expected == NULL) == (cases[i].seconds != 0));
	}
}

static void times_to_renew(void **state)
{
	static const char *const bad[] = {
		"59", "0", "1", "59s", "0m", "37h", "129601", "-60", "60 ", "1d", "", "m", "1.5h"};
	long seconds = 0;

	(void)state;
	assert_null(value_renew_before("60", &seconds));
	assert_int_equal(seconds, 60);
	assert_null(value_renew_before("30m", &seconds));
	assert_int_equal(seconds, 1800);
	assert_null(value_renew_before("36h", &seconds));
	assert_int_equal(seconds, 129600);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_non_null(value_renew_before(bad[i], &seconds));
	assert_int_equal(seconds, 129600);
}

static void arns(void **state)
{
	(void)state;
	assert_null(value_role_arn("arn:aws:iam::123456789012:role/Admin"));
	assert_null(value_role_arn("arn:aws-us-gov:iam::123456789012:role/path/Admin"));
	assert_null(value_role_arn("arn:aws:iam:::role/Admin"));
	assert_null(value_account("arn:aws:iam:::role/Admin"));
	assert_non_null(value_role_arn("arn:aws:iam::role/Admin"));
	assert_non_null(value_role_arn("arn:aws:iam::::role/Admin"));
	assert_non_null(value_role_arn("arn:aws:iam:::mfa/alice"));
	assert_non_null(value_mfa_serial("arn:aws:iam:::mfa/alice"));
	assert_non_null(value_role_arn("arn:aws:iam::12345678901:role/Admin"));
	assert_non_null(value_role_arn("arn:aws:iam::123456789012:user/Admin"));
	assert_non_null(value_role_arn("arn:aws:iam::123456789012:role/"));
	assert_non_null(value_role_arn("Admin"));
	assert_non_null(value_role_arn("arn:aws:iam::123456789012:role/A B"));
	assert_memory_equal(
		value_account("arn:aws-cn:iam::123456789012:mfa/alice"), "123456789012:", 13);
	assert_null(value_account("arn:aws:iam::12345678901:mfa/alice"));
	assert_null(value_account("arn:aws:iam::1234567890123:mfa/alice"));
	assert_null(value_account("arn:aws:sts::123456789012:assumed-role/Admin/alice"));
	assert_null(value_account("GAHT12345678"));
	assert_null(value_account(""));

	assert_null(value_mfa_serial("arn:aws:iam::123456789012:mfa/alice"));
	assert_null(value_mfa_serial("GAHT12345678"));
	assert_non_null(value_mfa_serial("arn:aws:iam::123456789012:mfa/"));
	assert_non_null(value_mfa_serial("short"));
	assert_non_null(strstr(value_mfa_serial("arn:aws:iam::123456789012:user/alice"),
		"is it .../mfa/NAME and not .../user/NAME?"));
	assert_non_null(strstr(value_mfa_serial("arn:aws:iam::123456789012:u2f/user/alice/key"),
		"add a virtual MFA device"));
}

static void regions_are_host_labels(void **state)
{
	(void)state;
	assert_null(value_region("eu-west-1"));
	assert_non_null(value_region("x/.."));
	assert_non_null(value_region("a.b"));
	assert_non_null(value_region("-a"));
	assert_non_null(value_region(""));
	assert_non_null(value_region("evil.example#"));
}

static void profiles_fit_a_header(void **state)
{
	(void)state;
	assert_null(value_profile("work"));
	assert_null(value_profile("a b"));
	assert_non_null(value_profile(""));
	assert_non_null(value_profile("a]b"));
	assert_non_null(value_profile("a\nb"));
	assert_non_null(value_profile(" a"));
	assert_non_null(value_profile("a\xc2\xa0")); /* a no-break space */
	assert_null(value_profile("w\xc3\xb6rk"));
	assert_non_null(value_profile("w\xf6rk")); /* botocore would refuse the file */
}

static void words_in_any_case(void **state)
{
	bool yes;

	(void)state;
	assert_null(value_boolean("tRUE", &yes));
	assert_true(yes);
	assert_null(value_boolean("FALSE", &yes));
	assert_false(yes);
	assert_true(value_is_word("", ""));
	assert_false(value_is_word("tru", "true"));
	assert_false(value_is_word("trues", "true"));
	/* other characters that differ in the same bit */
	assert_false(value_is_word("\x54RU\xe5", "true"));
	assert_false(value_is_word("@", "`"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations),
		cmocka_unit_test(times_to_renew),
		cmocka_unit_test(arns),
		cmocka_unit_test(regions_are_host_labels),
		cmocka_unit_test(profiles_fit_a_header),
		cmocka_unit_test(words_in_any_case),
	};

	return cmocka_run_group_tests_name("value", tests, NULL, NULL);
}
