#include "ini.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char faults[1024];

static void note_fault(void *arg, const char *path, size_t line, const char *what)
{
	size_t len = strlen(faults);

	(void)arg;
	snprintf(faults + len, sizeof(faults) - len, "%s:%zu: %s\n", path, line, what);
}

static struct ini parse(const char *text)
{
	struct bytes bytes = {.data = strdup(text), .size = strlen(text)};
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

static void indented_lines_are_no_keys(void **state)
{
	(void)state;
	expect("[a]\ns3 =\n  key = nested\n", "a", "key", NULL);
	expect("[a]\nx = 1\n [b]\nkey = value\n", "a", "key", "value");
	/* but a section that is indented as a whole is read, as RawConfigParser does */
	expect("[a]\n  x = 1\n  key = value\n", "a", "key", "value");
}

static void tells_bad_lines_without_their_text(void **state)
{
	struct ini ini = parse("stray\n[a]\nsecret-without-equals\nkey = value\n[]\n");

	(void)state;
	assert_string_equal(faults,
		"file:1: text before the first section, expected [NAME]\n"
		"file:3: no '=' in this line, expected KEY = VALUE\n"
		"file:5: section header without name or ']', expected [NAME]\n");
	ini_free(&ini);
	expect("[a]\nsecret-without-equals\nkey = value\n", "a", "key", "value");
}

static void expect_set(const char *before, const char *section, const char *after)
{
	const struct ini_pair pairs[] = {{"one", "1"}, {"gone", NULL}, {"two", "2"}};
	struct ini ini = parse(before);
	struct bytes out;
	struct error e;

	assert_int_equal(ini_set(&ini, section, pairs, 3, &out, &e), STATUS_OK);
	assert_int_equal(out.size, strlen(after));
	assert_memory_equal(out.data, after, out.size);
	bytes_free(&out);
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
		"[a]\n  one = old\n  keep = me\n", "a", "[a]\n  one = 1\n  keep = me\n  two = 2\n");
	expect_set("[a]\n  [b]\n  x = y\n", "a", "[a]\n  one = 1\n  two = 2\n  [b]\n  x = y\n");
	expect_set("[a]\ns3 =\n  one = nested\n\n# end\n", "a",
		"[a]\ns3 =\n  one = nested\none = 1\ntwo = 2\n\n# end\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_values),
		cmocka_unit_test(indented_lines_are_no_keys),
		cmocka_unit_test(tells_bad_lines_without_their_text),
		cmocka_unit_test(sets_only_its_keys),
		cmocka_unit_test(adds_a_section_at_the_end),
		cmocka_unit_test(indentation_keeps_its_meaning),
	};

	return cmocka_run_group_tests_name("ini", tests, NULL, NULL);
}
