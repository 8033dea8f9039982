/* Text from others, shown and logged: what stays, what becomes '?', and where it is cut. */
#include "clean.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void text_is(const char *from, const char *expected)
{
	char to[128];

	clean_text(to, sizeof(to), from);
	assert_string_equal(to, expected);
}

static void word_is(const char *from, const char *expected)
{
	char to[128];

	clean_word(to, sizeof(to), from);
	assert_string_equal(to, expected);
}

static void valid_text_stays(void **state)
{
	static const char *const good[] = {"", "plain ~ text", "CORP\\frank", "g\xc3\xa9na",
		"\xd0\xb6\xe4\xb8\xad\xf0\x9f\x94\x91", "\xc2\xa0", "\xdf\xbf\xe0\xa0\x80",
		"\xed\x9f\xbf\xee\x80\x80", "\xf4\x8f\xbf\xbf", "50%n %s"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		text_is(good[i], good[i]);
}

static void what_steers_does_not(void **state)
{
	(void)state;
	text_is("a\tb\nc\x1b[2J\x7f", "a?b?c?[2J?");
	text_is("\xc2\x80\xc2\x9b"
		"31m\xc2\x9f",
		"??31m?");
	text_is("\xd8\x9c\xe2\x80\x8e\xe2\x80\x8f", "???");
	text_is("\xe2\x80\xaa\xe2\x80\xab\xe2\x80\xac\xe2\x80\xad\xe2\x80\xae", "?????");
	text_is("\xe2\x81\xa6\xe2\x81\xa7\xe2\x81\xa8\xe2\x81\xa9", "????");
	text_is("a\xe2\x80\xa8"
		"b\xe2\x80\xa9",
		"a?b?");
	text_is("a \"b\" c", "a 'b' c");
}

static void what_is_not_utf8_does_not(void **state)
{
	(void)state;
	text_is("\x80\xbf\xff\xfe", "????");
	text_is("\xc3", "?");
	text_is("\xc3(", "?(");
	text_is("\xe4\xb8", "??");
	text_is("\xf0\x9f\x94", "???");
	text_is("\xc0\x80", "??"); /* overlong NUL */
	text_is("\xc0\x9b"
		"31m",
		"??31m");               /* overlong ESC */
	text_is("\xe0\x80\xa2", "???"); /* overlong quote */
	text_is("\xe0\x82\x9b", "???"); /* overlong CSI */
	text_is("\xf0\x80\x80\x9b", "????");
	text_is("\xed\xa0\x80", "???");      /* a surrogate */
	text_is("\xf4\x90\x80\x80", "????"); /* beyond U+10FFFF */
	text_is("\xf8\x88\x80\x80\x80", "?????");
	text_is("\x9b"
		"31m",
		"?31m"); /* CSI of an 8-bit terminal */
}

static void a_word_has_no_blanks(void **state)
{
	(void)state;
	word_is("gina smith", "gina?smith");
	word_is("a\xc2\xa0"
		"b\xe1\x9a\x80"
		"c\xe2\x80\x83"
		"d\xe2\x80\xaf"
		"e\xe2\x81\x9f"
		"f\xe3\x80\x80",
		"a?b?c?d?e?f?");
	word_is("a\xe2\x80\x80"
		"b\xe2\x80\x8a"
		"c",
		"a?b?c");
	word_is("CORP\\g\xc3\xa9na$", "CORP\\g\xc3\xa9na$");
}

static void in_a_word_all_is_seen(void **state)
{
	(void)state;
	word_is("a\xe2\x80\x8b"
		"b\xe2\xa0\x80"
		"c\xe3\x85\xa4"
		"d\xc2\xad"
		"e\xef\xbb\xbf"
		"f\xf3\xa0\x81\x81",
		"a?b?c?d?e?f?");
	text_is("a\xe2\x80\x8b", "a\xe2\x80\x8b");
}

static void cut_at_a_character(void **state)
{
	char to[8];

	(void)state;
	memset(to, 'x', sizeof(to));
	clean_text(to, 4, "ab\xc3\xa9");
	assert_string_equal(to, "ab");
	clean_text(to, 5, "ab\xc3\xa9");
	assert_string_equal(to, "ab\xc3\xa9");
	assert_int_equal(to[5], 'x');
	clean_text(to, 1, "ab");
	assert_string_equal(to, "");
	clean_text(to, 4, "abcdef");
	assert_string_equal(to, "abc");
}

static void controls_in_a_name(void **state)
{
	static const char *const with[] = {"a\tb", "\x1b", "a\x7f", "\xc2\x80", "a\xc2\x9f", "\x80",
		"a\x9f",
		("a\xc2"
		 "\x9b"
		 "b")};
	static const char *const without[] = {
		"", "a b", "CORP\\frank", "g\xc3\xa9na", "g\xe9na", "\xc2\xa0", "\xa0", "a/b"};

	(void)state;
	for (size_t i = 0; i < sizeof(with) / sizeof(with[0]); i++)
		assert_true(clean_has_control(with[i]));
	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++)
		assert_false(clean_has_control(without[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_text_stays),
		cmocka_unit_test(what_steers_does_not),
		cmocka_unit_test(what_is_not_utf8_does_not),
		cmocka_unit_test(a_word_has_no_blanks),
		cmocka_unit_test(in_a_word_all_is_seen),
		cmocka_unit_test(cut_at_a_character),
		cmocka_unit_test(controls_in_a_name),
	};

	return cmocka_run_group_tests_name("include/clean", tests, NULL, NULL);
}
