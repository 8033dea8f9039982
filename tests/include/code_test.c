#include "code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void accepted(void **state)
{
	static const char *const good[] = {"123456", " 123456", "123456 ", "\t123456\r\n",
		"  \v\f123456\n",
		/* as telephones show it, and as they copy it */
		"123 456", "123  456", "12 34 56", "1 2 3 4 5 6", "123\t456",
		"123\xc2\xa0"
		"456",
		"123\xe2\x80\x87"
		"456",
		"123\xe2\x80\x89"
		"456",
		"\xe2\x80\xaf"
		"123\xe2\x80\xaf"
		"456",
		"123456\xc2\xa0\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		char code[CODE_DIGITS + 1];

		assert_true(code_from_answer(code, good[i]));
		assert_string_equal(code, "123456");
	}
}

static void refused(void **state)
{
	static const char *const bad[] = {"", " ", "12345", "1234567", "123 45", "123 4567",
		"123456 7", "1 234 567", "123-456", "123.456", "123\n456", "123\r456", "123\v456",
		"123\xc2"
		"456",
		"123\xc2\x85"
		"456",
		"123\xe2\x80"
		"456",
		"123\xe2\x80\x8b"
		"456",
		"123\xe2\x80\xa8"
		"456",
		"123\xe3\x80\x80"
		"456",
		"12345a", "+12345", "-12345", "12345.", "0x1234", "hunter2", "\b\n\r\177INCORRECT",
		"123456\x01",
		"123\x01"
		"456",
		"123456\xc2\xa0"
		"7",
		"\xef\xbc\x91\xef\xbc\x92\xef\xbc\x93\xef\xbc\x94\xef\xbc\x95\xef\xbc\x96",
		"\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char code[CODE_DIGITS + 1] = "999999";

		if (code_from_answer(code, bad[i]))
			fail_msg("accepted: %s", bad[i]);
		assert_string_equal(code, "");
	}
}

static void struck_out(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"", ""},
		{"Value '123456' at 'tokenCode'", "Value '******' at 'tokenCode'"},
		{"123456", "******"},
		{"123456 123456,123456", "****** ******,******"},
		{"arn:aws:iam::123456789012:mfa/x", "arn:aws:iam::123456789012:mfa/x"},
		{"0123456", "0123456"},
		{"1234567", "1234567"},
		{"123456123456 a123456b", "123456123456 a******b"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[64];

		snprintf(text, sizeof(text), "%s", cases[i].text);
		code_strike_out(text, "123456");
		assert_string_equal(text, cases[i].expected);
	}
}

static void any_struck_out(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"", ""},
		{"123456", "******"},
		{"'000000': 12345 999999", "'******': 12345 ******"},
		{"x123456=654321", "x******=******"},
		{"1234567 arn:aws:iam::123456789012:mfa/x",
			"1234567 arn:aws:iam::123456789012:mfa/x"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[64];

		snprintf(text, sizeof(text), "%s", cases[i].text);
		code_strike_out_any(text);
		assert_string_equal(text, cases[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepted),
		cmocka_unit_test(refused),
		cmocka_unit_test(struck_out),
		cmocka_unit_test(any_struck_out),
	};

	return cmocka_run_group_tests_name("include/code", tests, NULL, NULL);
}
