/* What doctor prints: its lines, and the same as JSON. */
#include "report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct report_look plain = {.home = "/home/a"};

/* Compares the output, and frees the findings. look is NULL for JSON. */
static void prints(struct findings *l, const struct report_look *look, const char *expected)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	if (look)
		report_print(out, l, look);
	else
		report_print_json(out, l);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, expected);
	free(text);
	findings_free(l);
}

static void nothing(void **state)
{
	struct findings l;

	(void)state;
	findings_init(&l);
	assert_true(findings_ok(&l));
	prints(&l, &plain, "Nothing to mend.\n");
	prints(&l, NULL, "{\"Version\":1,\"Ok\":true,\"Findings\":[],\"Table\":[]}\n");
}

static void add_some(struct findings *l)
{
	findings_init(l);
	findings_add(l, "a-note", FINDING_NOTE, NULL, 0, "may be intended");
	findings_add(l, "a-fault", FINDING_FAULT, "/home/a/.aws/credentials", 4, "bad \"%s\"", "x");
	findings_write(l, "aws_mfa_device = ARN");
	findings_add(l, "a-warning", FINDING_WARNING, "/home/ab/x", 0, "odd");
	findings_run(l, "rm %s", "x");
	findings_pass(l, "first", "the first check");
	findings_pass(l, "second", "the second check");
}

static void for_people(void **state)
{
	const struct report_look verbose = {.verbose = true};
	struct findings l;

	(void)state;
	add_some(&l);
	assert_false(findings_ok(&l));
	prints(&l, &plain,
		"FAULT  ~/.aws/credentials:4: bad \"x\"\n"
		"       aws_mfa_device = ARN\n"
		"WARN   /home/ab/x: odd\n"
		"       rm x\n"
		"note   may be intended\n"
		"ok     2 checks: first, second (-v)\n"
		"1 fault and 1 warning. Mend them, then run doctor again.\n");
	findings_pass(&l, "one", "a check");
	prints(&l, &verbose, "ok     a check\nNothing to mend.\n");
}

static void in_color(void **state)
{
	const struct report_look look = {.color = true};
	struct findings l;

	(void)state;
	findings_init(&l);
	findings_add(&l, "a-fault", FINDING_FAULT, NULL, 0, "bad");
	findings_write(&l, "mend it");
	findings_pass(&l, "one", "a check");
	prints(&l, &look,
		"\033[31mFAULT\033[0m  bad\n"
		"       \033[1mmend it\033[0m\n"
		"\033[32mok\033[0m     1 check: one (-v)\n"
		"1 fault. Mend it, then run doctor again.\n");
}

static void in_80_columns(void **state)
{
	struct findings l;

	(void)state;
	findings_init(&l);
	findings_add(&l, "long", FINDING_WARNING, NULL, 0,
		"a23456789 b23456789 c23456789 d23456789 e23456789 f23456789 g23456789 h2 i2");
	findings_write(&l, "%s",
		"\xc3\xa4"
		"23456789 b23456789 c23456789 d23456789 e23456789 f23456789 g23456789 h23 i");
	findings_add(&l, "command", FINDING_WARNING, NULL, 0, "x");
	findings_run(&l,
		"a23456789 'b 3 56789 c23456789 d' e2 4567 e23456789 f23456789 g23456789 h23 i");
	prints(&l, &plain,
		"WARN   a23456789 b23456789 c23456789 d23456789 e23456789 f23456789 g23456789 h2\n"
		"       i2\n"
		"       \xc3\xa4"
		"23456789 b23456789 c23456789 d23456789 e23456789 f23456789 g23456789 h23\n"
		"       i\n"
		"WARN   x\n"
		"       a23456789 'b 3 56789 c23456789 d' e2 4567 e23456789 f23456789 g23456789 \\\n"
		"         h23 i\n"
		"2 warnings. Mend them, then run doctor again.\n");
}

static void as_json(void **state)
{
	struct findings l;

	(void)state;
	add_some(&l);
	findings_add(
		&l, "odd", FINDING_NOTE, "/a\nb", 0, "%s", "back\\slash \x1b[31m \xff \xc3\xa9");
	findings_way_in(&l, "key only", "no keys", "in", 1);
	findings_way_in(&l, "key only", "AWS down", "out", 0);
	prints(&l, NULL,
		"{\"Version\":1,\"Ok\":false,\"Findings\":["
		"{\"Id\":\"a-note\",\"Level\":\"note\",\"File\":null,\"Line\":null,"
		"\"Message\":\"may be intended\",\"Fix\":null},"
		"{\"Id\":\"a-fault\",\"Level\":\"fault\",\"File\":\"/home/a/.aws/credentials\","
		"\"Line\":4,\"Message\":\"bad \\u0022x\\u0022\",\"Fix\":\"aws_mfa_device = ARN\"},"
		"{\"Id\":\"a-warning\",\"Level\":\"warning\",\"File\":\"/home/ab/x\",\"Line\":null,"
		"\"Message\":\"odd\",\"Fix\":\"rm x\"},"
		"{\"Id\":\"odd\",\"Level\":\"note\",\"File\":\"/a?b\",\"Line\":null,"
		"\"Message\":\"back\\u005cslash ?[31m ? \xc3\xa9\",\"Fix\":null}],"
		"\"Table\":["
		"{\"WayIn\":\"key only\",\"Outcome\":\"no keys\",\"Result\":\"in\",\"Factors\":1},"
		"{\"WayIn\":\"key only\",\"Outcome\":\"AWS down\",\"Result\":\"out\",\"Factors\":0}]}\n");
}

static void from_messages(void **state)
{
	static const char *const messages[] = {
		"/a/b: others may write it (mode 0777); run: chmod go-w /a/b",
		"/a/b: others may write it (mode 0777); run: chmod go-w /a/b",
		"/a/b: belongs to uid 5; chown it to this user",
		"/a b:12: first: second; third; fourth",
		"/a b:12: another message about this line",
		"--x: 'y': no file; and a fix",
		"/c:d: no number",
		"just a text",
	};
	struct findings l;

	(void)state;
	findings_init(&l);
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		findings_take(&l, "taken", FINDING_FAULT, messages[i]);
	prints(&l, &plain,
		"FAULT  /a/b: others may write it (mode 0777)\n"
		"       chmod go-w /a/b\n"
		"FAULT  /a/b: belongs to uid 5\n"
		"       chown it to this user\n"
		"FAULT  /a b:12: first: second; third\n"
		"       fourth\n"
		"FAULT  --x: 'y': no file\n"
		"       and a fix\n"
		"FAULT  /c:d: no number\n"
		"FAULT  just a text\n"
		"6 faults. Mend them, then run doctor again.\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing),
		cmocka_unit_test(for_people),
		cmocka_unit_test(in_color),
		cmocka_unit_test(in_80_columns),
		cmocka_unit_test(as_json),
		cmocka_unit_test(from_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
