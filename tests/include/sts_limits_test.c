#include "sts_limits.h"

#include "ascii.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define WORD LETTERS "0123456789_"

/* Each bound, and each byte, by the service model. */
static void bounds(void **state)
{
	static const struct {
		bool (*takes)(const char *value);
		size_t least, most;
		const char *bytes; /* NULL: all of ASCII that is visible */
	} cases[] = {
		{sts_takes_access_key_id, 1, 128, WORD},
		{sts_takes_secret_access_key, 1, 256, NULL},
		{sts_takes_serial, 9, 256, WORD "+=/:,.@-"},
		{sts_takes_role_arn, 20, 2048, NULL},
		{sts_takes_session_name, 2, 64, WORD "+=,.@-"},
		{sts_takes_external_id, 2, 1224, WORD "+=,.@:/-"},
	};
	char value[3000];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t len = 0; len < sizeof(value); len++) {
			memset(value, 'a', len);
			value[len] = '\0';
			assert_int_equal(cases[i].takes(value),
				len >= cases[i].least && len <= cases[i].most);
		}
		memset(value, 'a', cases[i].most);
		value[cases[i].most] = '\0';
		for (int c = 1; c < 256; c++) {
			value[cases[i].least - 1] = (char)c;
			assert_int_equal(cases[i].takes(value),
				cases[i].bytes ? strchr(cases[i].bytes, c) != NULL
					       : c > ' ' && c <= '~');
		}
	}
}

static void tags(void **state)
{
	char wide[2 * 257 + 1];

	(void)state;
	for (size_t i = 0; i < 257; i++)
		memcpy(wide + 2 * i, "\xc3\xa4", 3);
	assert_false(sts_takes_tag_key("", 0));
	assert_true(sts_takes_tag_key("k", 1));
	assert_true(sts_takes_tag_key(wide, 2 * 128));
	assert_false(sts_takes_tag_key(wide, 2 * 129));
	assert_true(sts_takes_tag_value("", 0));
	assert_true(sts_takes_tag_value(wide, 2 * 256));
	assert_false(sts_takes_tag_value(wide, 2 * 257));
}

static void sessions(void **state)
{
	(void)state;
	assert_int_equal(sts_session_longest(0), 129600);
	assert_int_equal(sts_session_longest(1), 43200);
	assert_int_equal(sts_session_longest(2), 3600);
	assert_int_equal(sts_session_longest(ROLES_MAX), 3600);
}

static void printable(void **state)
{
	(void)state;
	for (int c = 1; c < 256; c++) {
		const char text[] = {'a', (char)c, 'b', '\0'};

		assert_int_equal(ascii_is_printable(text), c >= ' ' && c <= '~');
		assert_int_equal(ascii_is_graphic(text), c > ' ' && c <= '~');
	}
	assert_true(ascii_is_printable("") && ascii_is_graphic(""));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(bounds),
		cmocka_unit_test(tags),
		cmocka_unit_test(sessions),
		cmocka_unit_test(printable),
	};

	return cmocka_run_group_tests_name("sts_limits", tests, NULL, NULL);
}
