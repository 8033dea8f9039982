/* What is a JSON object, and what it is in one line. */
#include "keystore/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void in_one_line(void **state)
{
	static const struct {
		const char *text, *line;
	} cases[] = {
		{"{}", "{}"},
		{" {\n} ", "{}"},
		{"{\"a\" : [1, -0.5e+7, 0, true,\tfalse,null, {}, []]}",
			"{\"a\":[1,-0.5e+7,0,true,false,null,{},[]]}"},
		{"{\"a b\": \"c  d\"}", "{\"a b\":\"c  d\"}"},
		{"{\"a\":\"x #y ;z\"}", "{\"a\":\"x \\u0023y \\u003bz\"}"},
		{"{\"a\":\"\\\"\\\\\\u00e9 \xc3\xa9\"}", "{\"a\":\"\\\"\\\\\\u00e9 \xc3\xa9\"}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct secret out = {0};
		size_t line;

		assert_true(policy_read(cases[i].text, strlen(cases[i].text), &line, &out));
		assert_string_equal(out.data, cases[i].line);
		secret_free(&out);
		assert_true(policy_read(cases[i].line, strlen(cases[i].line), &line, &out));
		assert_string_equal(out.data, cases[i].line);
		secret_free(&out);
	}
}

static void no_json(void **state)
{
	static const struct {
		const char *text;
		size_t line;
	} cases[] = {
		{"", 1},
		{"[]", 1},
		{"\"a\"", 1},
		{"{", 1},
		{"{}}", 1},
		{"{} x", 1},
		{"{a:1}", 1},
		{"{\"a\"}", 1},
		{"{\"a\":}", 1},
		{"{\"a\":1,}", 1},
		{"{\"a\":[1,]}", 1},
		{"{\"a\":01}", 1},
		{"{\"a\":.5}", 1},
		{"{\"a\":1.}", 1},
		{"{\"a\":1e}", 1},
		{"{\"a\":+1}", 1},
		{"{\"a\":tru}", 1},
		{"{\"a\":\"\\x\"}", 1},
		{"{\"a\":\"\\u12g4\"}", 1},
		{"{\"a\":\"\\u12", 1},
		{"{\"a\":\"\\", 1},
		{"{\"a\":\"b\n\"}", 1},
		{"{\"a\":\"\x7f\"}", 1},
		{"{\"a\":\"\xff\"}", 1},
		{"{\n\"a\": 1\n\"b\": 2\n}", 3},
		{"{\n\n\"a\": '1'\n}", 3},
	};
	char deep[256] = "{\"a\":";

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct secret out = {0};
		size_t line;

		if (policy_read(cases[i].text, strlen(cases[i].text), &line, &out))
			fail_msg("accepted: %s", cases[i].text);
		assert_null(out.data);
		assert_int_equal(line, cases[i].line);
	}
	memset(deep + 5, '[', 100);
	assert_false(policy_read(deep, strlen(deep), &(size_t){0}, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_one_line),
		cmocka_unit_test(no_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
