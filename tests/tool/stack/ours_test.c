/* doctor takes the options of the module's lines as the module does. */
#include "options.h"
#include "stack/ours.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static void compare(const char *first, const char *second)
{
	const char *argv[] = {first, second, NULL};
	const struct stack_line line = {.argument = argv};
	struct options opt;
	struct ours ours;
	char error[256];
	bool taken = options_parse(&opt, second ? 2 : 1, argv, error, sizeof(error));

	ours_parse(&ours, &line);
	if (taken == ours.wrong)
		fail_msg("\"%s\" \"%s\": the module %s, doctor: %s", first, second ? second : "",
			taken ? "takes it" : error, ours.wrong ? ours.why : "takes it");
	if (!taken)
		return;
	assert_int_equal(ours.always, opt.always);
	assert_int_equal(ours.keystore, opt.keystore);
	assert_int_equal(ours.nullok, opt.nullok);
	assert_int_equal(ours.failmode_safe, opt.failmode_safe);
	assert_int_equal(ours.setenv, opt.setenv);
	assert_int_equal(ours.exempts, opt.ignore_root || opt.minimum_uid > 0);
	assert_int_equal(ours.timeout, opt.timeout);
	assert_string_equal(ours.date ? ours.date : "", opt.nullok_date ? opt.nullok_date : "");
	assert_string_equal(ours.profile ? ours.profile : "", opt.profile ? opt.profile : "");
}

static void the_module_takes_the_same(void **state)
{
	static const char *const names[] = {"always", "debug", "echo", "failmode", "ignore_root",
		"keystore", "minimum_uid", "notify", "nullok", "profile", "prompt", "prompts",
		"quiet", "setenv", "timeout", "verbose", "allways", "", "Always", "prompt ",
		"try_first_pass"};
	static const char *const values[] = {"", "=", "=0", "=1", "=10", "=11", "=300", "=301",
		"=4294967294", "=4294967295", "=-1", "=x", "=safe", "=secure", "=Safe",
		"=2031-05-06", "=2001-05-06", "=2031-06-31", "=2031-5-6", "=2031-05-06 ", "=-x",
		"=a b", "=\a", "=\xc2\x9b", "=\xff", "=1=2"};
	char words[2][64], text[400] = "prompt=";

	(void)state;
	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++)
		for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
			snprintf(words[0], sizeof(words[0]), "%s%s", names[n], values[v]);
			compare(words[0], NULL);
			for (size_t w = 0; w < sizeof(values) / sizeof(values[0]); w++) {
				snprintf(words[1], sizeof(words[1]), "%s%s", names[n], values[w]);
				compare(words[0], words[1]);
			}
		}
	compare("quiet", "verbose");
	compare("quiet", "always");
	compare("keystore", "nullok");
	compare("keystore", "nullok=2031-05-06");
	compare("failmode=safe", "keystore");
	compare("keystore", "always");
	for (size_t len = 250; len < 260; len++) {
		memset(text + 7, 'x', len);
		text[7 + len] = '\0';
		compare(text, NULL);
	}
	memcpy(text, "profile=", 8);
	for (size_t len = 125; len < 132; len++) {
		text[8 + len] = '\0';
		compare(text, NULL);
		text[8 + len] = 'x';
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_module_takes_the_same)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
