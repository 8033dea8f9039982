#include "ini/ini.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char faults[2048];

static void note_fault(
	void *arg, enum ini_fault fault, const char *path, size_t line, const char *what)
{
	size_t len = strlen(faults);

	(void)arg;
	(void)fault;
	snprintf(faults + len, sizeof(faults) - len, "%s:%zu: %s\n", path, line, what);
}

static struct ini parse(const char *text)
{
	struct secret bytes = {.data = strdup(text), .size = strlen(text)};
	struct error e;
	struct ini ini;

	faults[0] = '\0';
	assert_int_equal(ini_parse(&ini, "file", &bytes, note_fault, NULL, &e), STATUS_OK);
	return ini;
}

static void expect(const char *text, const char *section, const char *key, const char *value)
{
	struct ini ini = parse(text);
	char *got = ini_get(&ini, section, key, NULL);

	if (value)
		assert_string_equal(got ? got : "(none)", value);
	else
		assert_null(got);
	free(got);
	ini_free(&ini);
}

static void reads_values(void **state)
{
	(void)state;
	expect("[a]\nkey = value\n", "a", "key", "value");
	expect("[a]\nKEY=value", "a", "key", "value");
	expect("[a]\nkey: value\n", "a", "key", "value");
	expect("[a]\r\nkey =\tvalue \r\n", "a", "key", "value");
	expect("\xef\xbb\xbf[a]\nkey = value\n", "a", "key", "value");
	expect("[a]\nkey = a=b/c+d==\n", "a", "key", "a=b/c+d==");
	expect("[a]\nkey = a#b;c\n", "a", "key", "a#b;c");
	expect("[a]\nkey = value # comment\n", "a", "key", "value");
	expect("[a]\n# key = no\n;key = no\nkey =\n", "a", "key", "");
	expect("[a]\nkey = one\n[b]\nkey = other\n[a]\nkey = two\n", "a", "key", "two");
	expect("[A]\nkey = value\n", "a", "key", NULL);
	expect("[a]\nkey = value\n", "b", "key", NULL);
	expect("key = value\n", "", "key", NULL);
	expect("[a]x]\nkey = value\n", "a]x", "key", "value");
	expect("", "a", "key", NULL);
}

static void joins_continued_values(void **state)
{
	(void)state;
	expect("[a]\nkey = one\n  two\n\tthree \n", "a", "key", "one\ntwo\nthree");
	expect("[a]\nkey = one\n\n  two\n\n\n[b]\n", "a", "key", "one\n\ntwo");
	expect("[a]\nkey = one\n# no\n  ; no\n  two\n", "a", "key", "one\ntwo");
	expect("[a]\nkey = one # no\n  two # kept\n", "a", "key", "one\ntwo # kept");
	expect("[a]\n  key = one\n  x = 1\n    two\n", "a", "key", "one");
	/* a no-break space is one column, though two bytes */
	expect("[a]\n\xc2\xa0key = one\n  two\n", "a", "key", "one\ntwo");
	expect("[a]\n  key = one\n\xc2\xa0x = two\n", "a", "x", "two");
}

static void keeps_blocks_together(void **state)
{
	(void)state;
	expect("[a]\ns3 =\n  key = nested\n", "a", "key", NULL);
	expect("[a]\ns3 =\n  key = nested\n", "a", "s3", "\nkey = nested");
	expect("[a]\ns3 =\n  x = 1\n\n  y=2\nkey = 3\n", "a", "s3", "\nx = 1\ny=2");
	expect("[a]\ns3 =\n  x = 1\n\n  y=2\nkey = 3\n", "a", "key", "3");
	expect("[a]\nx = 1\n [b]\nkey = value\n", "a", "key", "value");
	expect("[a]\n  x = 1\n  key = value\n", "a", "key", "value");
	expect("[a]\n    x = 1\n  key = value\n", "a", "key", "value");
}

static void finds_headers(void **state)
{
	(void)state;
	expect("[a]b]c] # x\nkey = value\n", "a]b]c", "key", "value");
	expect("[a] text\nkey = value\n", "a", "key", "value");
	expect("  [a]\nkey = value\n", "a", "key", "value");
	expect("[ a ]\nkey = value\n", " a ", "key", "value");
	expect("[a]\n[key = value\n", "a", "[key", "value");
	expect("[a]\n[]: value\n", "a", "[]", "value");
}

static void ends_lines_as_python_does(void **state)
{
	struct ini ini = parse("[a]\r");

	(void)state;
	assert_string_equal(ini.eol, "\r");
	ini_free(&ini);
	ini = parse("# one\r\r\n[a]\n");
	assert_string_equal(ini.eol, "\r\n");
	assert_int_equal(ini.n_lines, 3);
	ini_free(&ini);
	expect("[a]\rkey = value\r  more\r", "a", "key", "value\nmore");
	expect("[a]\r\nkey = value\r\n\r\n  more", "a", "key", "value\n\nmore");
}

static void default_section_stands_in(void **state)
{
	const char *text = "[a]\nx = 1\n[DEFAULT]\nx = 2\nKey = value\n[DEFAULT]\ny = 3\n";
	struct ini ini;

	(void)state;
	expect(text, "a", "x", "1");
	expect(text, "a", "key", "value");
	expect(text, "a", "y", "3");
	expect(text, "b", "key", NULL);
	expect("[Default]\nkey = value\n[a]\n", "a", "key", NULL);
	ini = parse(text);
	assert_string_equal(faults, "");
	assert_false(ini_has_section(&ini, "DEFAULT"));
	ini_free(&ini);
}

static void merges_what_stands_twice(void **state)
{
	struct ini ini = parse("[a]\nx = 1\nX = 2\n[b]\nx = 3\n[a]\ny = 4\nx = 5\n");
	char *x = ini_get(&ini, "a", "x", NULL);

	(void)state;
	assert_string_equal(x, "5");
	free(x);
	ini_free(&ini);
	assert_string_equal(faults,
		"file:3: this key appears twice (before in line 2), expected once; aws-mfa uses "
		"the last one, but botocore refuses the file\n"
		"file:6: section [a] appears twice (first in line 1), expected once; aws-mfa reads "
		"both as one, but botocore refuses the file\n"
		"file:8: this key appears twice (before in line 3), expected once; aws-mfa uses "
		"the last one, but botocore refuses the file\n");
}

static void tells_bad_lines_without_their_text(void **state)
{
	struct ini ini = parse("stray\n[a]\nsecret-without-equals\nkey = value\n= x\n[]\n"
			       "b = \xff\n[b]\ns3 =\n  secret\n");

	(void)state;
	assert_string_equal(faults,
		"file:1: text before the first section, expected [NAME]; the line is ignored\n"
		"file:3: no '=' in this line, expected KEY = VALUE; the line is ignored\n"
		"file:5: no key before the '=', expected KEY = VALUE; the line is ignored\n"
		"file:6: section header without name or ']', expected [NAME]; it is ignored, with "
		"all lines up to the next header\n"
		"file:7: this line is not UTF-8, expected UTF-8; botocore refuses the file\n"
		"file:10: no '=' in this line of a block, expected KEY = VALUE; botocore refuses "
		"the file\n");
	ini_free(&ini);
}

static void bad_lines_hide_nothing_else(void **state)
{
	(void)state;
	expect("[a]\nbad\nkey = value\n", "a", "key", "value");
	expect("[a]\n  x = 1\nbad\n  key = value\n", "a", "key", "value");
	expect("[a]\nbad\n  [b]\nkey = value\n", "b", "key", "value");
	/* their lines do not become part of a neighbour's value */
	expect("[a]\nkey = value\nbad\n  more\n", "a", "key", "value");
	expect("[a]\nkey = value\nbad\n  x = 1\n", "a", "x", NULL);
	expect("[a]\nkey = value\n[b\nkey = other\n", "a", "key", "value");
	expect("[a\nkey = value\n[b]\nkey = other\n", "b", "key", "other");
}

static void expect_set(const char *before, const char *section, const char *after)
{
	const struct ini_pair pairs[] = {{"one", "1"}, {"gone", NULL}, {"two", "2"}};
	struct ini ini = parse(before);
	struct secret out;
	struct error e;

	assert_int_equal(ini_set(&ini, section, pairs, 3, &out, &e), STATUS_OK);
	assert_int_equal(out.size, strlen(after));
	assert_memory_equal(out.data, after, out.size);
	secret_free(&out);
	ini_free(&ini);
}

static void sets_only_its_keys(void **state)
{
	(void)state;
	expect_set("[a]\none = old\nkeep=me ; this\ntwo=old\n", "a",
		"[a]\none = 1\nkeep=me ; this\ntwo = 2\n");
	expect_set("[a]\nGONE = x\nONE : old\n\n[b]\none = other\n", "a",
		"[a]\none = 1\ntwo = 2\n\n[b]\none = other\n");
	expect_set("[a]\ntwo = old\n  continued\nkeep = 1\n", "a",
		"[a]\ntwo = 2\nkeep = 1\none = 1\n");
	expect_set("[a]\none = old\none = older\n", "a", "[a]\none = 1\ntwo = 2\n");
	expect_set("[a]\r\nx = y\r\n", "a", "[a]\r\nx = y\r\none = 1\r\ntwo = 2\r\n");
}

static void adds_a_section_at_the_end(void **state)
{
	(void)state;
	expect_set("", "a", "[a]\none = 1\ntwo = 2\n");
	expect_set("[b]\nx = y", "a", "[b]\nx = y\n\n[a]\none = 1\ntwo = 2\n");
	expect_set("[b]\nx = y\n\n", "a", "[b]\nx = y\n\n[a]\none = 1\ntwo = 2\n");
	expect_set("[b]\r\n", "a", "[b]\r\n\r\n[a]\r\none = 1\r\ntwo = 2\r\n");
	expect_set("[A]\none = 1\n", "a", "[A]\none = 1\n\n[a]\none = 1\ntwo = 2\n");
}

static void indentation_keeps_its_meaning(void **state)
{
	(void)state;
	/* at indent 0 our keys would turn the next line into a continuation of theirs */
	expect_set(
		"[a]\n  one = old\n  keep = me\n", "a", "[a]\n  one = 1\n  keep = me\ntwo = 2\n");
	expect_set("[a]\n  [b]\n  x = y\n", "a", "[a]\n  one = 1\n  two = 2\n  [b]\n  x = y\n");
	expect_set("[a]\ns3 =\n  one = nested\n\n# end\n", "a",
		"[a]\ns3 =\n  one = nested\none = 1\ntwo = 2\n\n# end\n");
	expect_set("[a]\n    x = y\n  # b\n  [b]\n", "a",
		"[a]\n    x = y\n  one = 1\n  two = 2\n  # b\n  [b]\n");
}

/* Lines that cannot be read must not become part of our values, or hide a readable header. */
static void keeps_off_bad_lines(void **state)
{
	(void)state;
	expect_set("[a]\nx = y\nbad\n  [b]\nz = 1\n", "a",
		"[a]\nx = y\none = 1\ntwo = 2\nbad\n  [b]\nz = 1\n");
	expect_set("[a]\n  [b\n", "a", "[a]\n  one = 1\n  two = 2\n  [b\n");
	expect_set("[a]\n  bad\n\n[b]\n", "a", "[a]\n  one = 1\n  two = 2\n  bad\n\n[b]\n");
	/* a line that reads as a key after the write was a key before it */
	expect_set("[a]\n bad\nbad\n one = 3\n", "a", "[a]\n bad\nbad\n one = 1\ntwo = 2\n");
}

static void writes_nothing_that_is_not_read(void **state)
{
	static const struct ini_pair pairs[] = {{"one", "1"}, {"two", "2"}};
	struct ini ini = parse("[a]\none =\nbad\n x =\n [\none = 3");
	struct secret out;
	struct error e;

	(void)state;
	assert_int_equal(ini_set(&ini, "a", pairs, 2, &out, &e), STATUS_CONFIG);
	assert_non_null(strstr(e.text, "[a] has lines that cannot be read"));
	assert_null(out.data);
	ini_free(&ini);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_values),
		cmocka_unit_test(joins_continued_values),
		cmocka_unit_test(keeps_blocks_together),
		cmocka_unit_test(finds_headers),
		cmocka_unit_test(ends_lines_as_python_does),
		cmocka_unit_test(default_section_stands_in),
		cmocka_unit_test(merges_what_stands_twice),
		cmocka_unit_test(tells_bad_lines_without_their_text),
		cmocka_unit_test(bad_lines_hide_nothing_else),
		cmocka_unit_test(sets_only_its_keys),
		cmocka_unit_test(adds_a_section_at_the_end),
		cmocka_unit_test(indentation_keeps_its_meaning),
		cmocka_unit_test(keeps_off_bad_lines),
		cmocka_unit_test(writes_nothing_that_is_not_read),
	};

	return cmocka_run_group_tests_name("ini", tests, NULL, NULL);
}
