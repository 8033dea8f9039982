#include "monotonic.h"
#include "record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct wire {
	int writer;
	struct record_reader reader;
	char buf[64];
};

static void open_wire(struct wire *w)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	w->writer = pair[0];
	record_reader_init(&w->reader, pair[1], w->buf, sizeof(w->buf));
}

static void close_wire(struct wire *w)
{
	if (w->writer >= 0)
		close(w->writer);
	close(w->reader.fd);
}

static void raw(struct wire *w, const char *bytes, size_t len)
{
	assert_int_equal(write(w->writer, bytes, len), (ssize_t)len);
}

static void carries_records(void **state)
{
	struct record rec;
	struct wire w;

	(void)state;
	open_wire(&w);
	assert_int_equal(record_write(w.writer, 64, -1, "code", "123456", NULL), RECORD_OK);
	assert_int_equal(record_write(w.writer, 64, -1, "ready", NULL, NULL), RECORD_OK);
	assert_int_equal(record_write(w.writer, 64, -1, "result", "13 a b", NULL), RECORD_OK);
	assert_int_equal(record_read(&w.reader, -1, &rec), RECORD_OK);
	assert_string_equal(rec.word, "code");
	assert_string_equal(rec.text, "123456");
	assert_int_equal(rec.text_len, 6);
	assert_true(record_pending(&w.reader));
	assert_int_equal(record_read(&w.reader, -1, &rec), RECORD_OK);
	assert_string_equal(rec.word, "ready");
	assert_string_equal(rec.text, "");
	assert_int_equal(record_read(&w.reader, -1, &rec), RECORD_OK);
	assert_string_equal(rec.text, "13 a b");
	assert_int_equal(record_read(&w.reader, monotonic_ms() + 10, &rec), RECORD_TIMEOUT);
	close(w.writer);
	w.writer = -1;
	assert_int_equal(record_read(&w.reader, -1, &rec), RECORD_EOF);
	close_wire(&w);
}

static void expect_broken(const char *bytes, size_t len)
{
	struct record rec;
	struct wire w;

	open_wire(&w);
	raw(&w, bytes, len);
	close(w.writer);
	w.writer = -1;
	assert_int_equal(record_read(&w.reader, -1, &rec), RECORD_BROKEN);
	close_wire(&w);
}

static void refuses_malformed_lines(void **state)
{
	char longest[80];

	(void)state;
	memset(longest, 'a', sizeof(longest));
	expect_broken("\n", 1);
	expect_broken("UPPER x\n", 8);
	expect_broken("word\ttext\n", 10);
	expect_broken("word a\rb\n", 9);
	expect_broken("word a\0b\n", 9);
	expect_broken(" text\n", 6);
	expect_broken("half a li", 9);
	expect_broken(longest, 64);
}

static void never_sends_what_it_would_refuse(void **state)
{
	char text[80];
	struct record rec;
	struct wire w;

	(void)state;
	open_wire(&w);
	memset(text, 'a', sizeof(text));
	text[59] = '\0';
	assert_int_equal(record_write(w.writer, 64, -1, "code", text, NULL), RECORD_BROKEN);
	text[58] = '\0'; /* word, space, text and LF: 64 */
	assert_int_equal(record_write(w.writer, 64, -1, "code", text, NULL), RECORD_OK);
	assert_int_equal(record_write(w.writer, 64, -1, "code", "1\n2", NULL), RECORD_BROKEN);
	assert_int_equal(record_read(&w.reader, -1, &rec), RECORD_OK);
	assert_int_equal(rec.text_len, 58);
	assert_int_equal(record_read(&w.reader, 0, &rec), RECORD_TIMEOUT);
	close_wire(&w);
}

static void makes_text_fit(void **state)
{
	char euros[] = "x\xe2\x82\xac\xe2\x82\xac", controls[] = "a\nb\x7f\x1b";

	(void)state;
	record_fit(euros, 7);
	assert_string_equal(euros, "x\xe2\x82\xac\xe2\x82\xac");
	record_fit(euros, 6);
	assert_string_equal(euros, "x\xe2\x82\xac");
	record_fit(euros, 1);
	assert_string_equal(euros, "x");
	record_fit(controls, 9);
	assert_string_equal(controls, "a b  ");
}

static void wiping_leaves_nothing(void **state)
{
	struct record rec;
	struct wire w;

	(void)state;
	memset(w.buf, 0, sizeof(w.buf));
	open_wire(&w);
	record_write(w.writer, 64, -1, "code", "123456", NULL);
	assert_int_equal(record_read(&w.reader, -1, &rec), RECORD_OK);
	/* the half of a record, which is moved to the front of the buffer */
	assert_int_equal(write(w.writer, "code 65", 7), 7);
	assert_int_equal(record_read(&w.reader, monotonic_ms(), &rec), RECORD_TIMEOUT);
	record_reader_wipe(&w.reader);
	for (size_t i = 0; i < sizeof(w.buf); i++)
		assert_int_equal(w.buf[i], 0);
	close_wire(&w);
}

static void parses_results_and_numbers(void **state)
{
	const char *text;

	(void)state;
	assert_int_equal(record_result("13 why not", &text), 13);
	assert_string_equal(text, "why not");
	assert_int_equal(record_result("0", &text), 0);
	assert_string_equal(text, "");
	assert_int_equal(record_result("x", &text), -1);
	assert_int_equal(record_result("-1 x", &text), -1);
	assert_int_equal(record_result("123 x", &text), -1);
	assert_int_equal(record_result("1x", &text), -1);
	assert_int_equal(record_number("0"), 0);
	assert_int_equal(record_number("9007199254740993"), 9007199254740993);
	assert_int_equal(record_number(""), -1);
	assert_int_equal(record_number("-1"), -1);
	assert_int_equal(record_number("1 "), -1);
	assert_int_equal(record_number("99999999999999999999"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carries_records),
		cmocka_unit_test(refuses_malformed_lines),
		cmocka_unit_test(never_sends_what_it_would_refuse),
		cmocka_unit_test(makes_text_fit),
		cmocka_unit_test(wiping_leaves_nothing),
		cmocka_unit_test(parses_results_and_numbers),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
