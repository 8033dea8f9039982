/* Which files may count as files without a section: a table of whole and of damaged files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "settings/absence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECTION "work-long-term"

static struct error e;

static enum status judge_at(const char *path, const char *data, size_t size, enum mode mode)
{
	struct secret bytes = {.data = malloc(size + 1), .size = size};
	struct faults faults = {0};
	struct ini ini;
	enum status rc;

	assert_non_null(bytes.data);
	memcpy(bytes.data, data, size);
	bytes.data[size] = '\0';
	e.text[0] = '\0';
	assert_int_equal(ini_parse(&ini, path, &bytes, faults_note, &faults, &e), 0);
	/* absence_check() must not be called if the section exists. */
	rc = ini_has_section(&ini, SECTION) ? STATUS_VALID
					    : absence_check(&ini, &faults, SECTION, mode, &e);
	ini_free(&ini);
	return rc;
}

static enum status judge(const char *data, size_t size, enum mode mode)
{
	return judge_at("/h/.aws/credentials", data, size, mode);
}

#define TEXT(s) s, sizeof(s) - 1
#define OTHER "[default]\naws_access_key_id = AKIA\n"

static const struct file {
	const char *data;
	size_t size;
	const char *login, *by_hand; /* the message; NULL: the section is absent */
} files[] = {
	/* clang-format off */
	{TEXT(OTHER), NULL, NULL},
	{TEXT("# a comment\n\n" OTHER), NULL, NULL},
	{TEXT("[default]\r\nregion = x\r\n"), NULL, NULL},
	{TEXT("[default]\rregion = x\r"), NULL, NULL},
	{TEXT("[default]\n"), NULL, NULL},
	{TEXT("\xef\xbb\xbf" OTHER), NULL, NULL},
	{TEXT(OTHER OTHER), NULL, NULL},
	{TEXT("[default]\nx = a\n  b\ns3 =\n  y = z\n"), NULL, NULL},
	{TEXT("# [" SECTION "]\n" OTHER), NULL, NULL},
	{TEXT("[other-" SECTION "]\nx = y\n[" SECTION "-2]\nx = y\n"), NULL, NULL},
	{TEXT("[default]\nsource = " SECTION "\nx = [" SECTION "]\n"), NULL, NULL},
	{TEXT("[worklong-term]\nx = y\n[work_long_term]\nx = y\n"), NULL, NULL},
	{TEXT("[work-long-ter]\nx = y\n[work-long-terms]\nx = y\n[-]\nx = y\n"), NULL, NULL},
	{TEXT("[w\xc3\xb6rk]\nx = \xc3\xbc\n"), NULL, NULL},

	{TEXT(""), "is empty", "is empty"},
	{TEXT("\n\n \t\n"), "no section at all", NULL},
	{TEXT("# keys go here\n"), "no section at all", NULL},
	{TEXT("[default]\nregion = x"), "may be cut off", NULL},
	{TEXT(OTHER "[" ), ":3: section header", ":3: section header"},
	{TEXT(OTHER "[work-lo"), ":3: section header", ":3: section header"},
	{TEXT(OTHER "[work-long-term"), ":3: section header", ":3: section header"},
	{TEXT(OTHER "aws_sec"), ":3: no '='", ":3: no '='"},
	{TEXT("just text\n"), ":1: text before", ":1: text before"},
	{TEXT("[default\nx = y\n" OTHER), ":1: section header", ":1: section header"},
	{TEXT("[default]\nx = \xff\xfe\n"), ":2: this line is not UTF-8", ":2: this line is not UTF-8"},
	{TEXT("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), "NUL bytes", "NUL bytes"},
	{TEXT(OTHER "\0\0\0\0\0\0\0\0\0\0\n"), "NUL bytes", "NUL bytes"},
	{TEXT("\x7f" "ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\x3e\0"), "NUL bytes", "NUL bytes"},
	{TEXT("\x1f\x8b\x08\x11\x8b\xf0\xa5"), "not UTF-8", "not UTF-8"},

	{TEXT(OTHER "[ work-long-term ]\nx = y\n"), ":3: this line looks", ":3: this line looks"},
	{TEXT(OTHER "[Work-Long-Term]\nx = y\n"), ":3: this line looks", ":3: this line looks"},
	{TEXT(OTHER "['work-long-term']\nx = y\n"), ":3: this line looks", ":3: this line looks"},
	{TEXT(OTHER "[profile work-long-term]\nx = y\n"), ":3: this line", ":3: this line"},
	{TEXT(OTHER "[profile \"work-long-term\"]\nx = y\n"), ":3: this line", ":3: this line"},
	{TEXT(OTHER "[work-long-term] ; see [x]\nx = y\n"), ":3: this line", ":3: this line"},
	{TEXT(OTHER "  [work-long-term]\n  x = y\n"), ":3: this line", ":3: this line"},
	{TEXT(OTHER "\xc2\xa0[work-long-term]\n"), ":3: this line", ":3: this line"},
	{TEXT(OTHER "[work-long-term = x\n"), ":3: this line", ":3: this line"},
	{TEXT("\xef\xbb\xbf[ work-long-term]\nx = y\n"), ":1: this line", ":1: this line"},

	{TEXT(OTHER "[[work-long-term]]\nx = y\n"), ":3: this line", ":3: this line"},
	{TEXT(OTHER "[work -long-term]\nx = y\n"), ":3: this line", ":3: this line"},
	{TEXT(OTHER "[work\xe2\x80\x91long\xe2\x80\x93term]\n"), ":3: this line", ":3: this line"},
	{TEXT(OTHER "[work-long-term\xe2\x80\x8b]\n"), ":3: this line", ":3: this line"},
	{TEXT(OTHER "[\xe2\x80\x9cwork-long\xc2\xad-term\xe2\x80\x9d]\n"), ":3: this", ":3: this"},

	{TEXT("\xff\xfe[\0w\0]\0\r\0\n\0"), "is in UTF-16,", "iconv -f UTF-16 -t UTF-8"},
	{TEXT("\xfe\xff\0[\0w\0]\0\r\0\n"), "is in UTF-16,", "iconv -f UTF-16 -t UTF-8"},
	{TEXT("[\0w\0]\0\r\0\n\0"), "is in UTF-16LE,", "iconv -f UTF-16LE -t UTF-8"},
	{TEXT("[\0w\0]\0\r\0\n\0x"), "is in UTF-16LE,", "iconv -f UTF-16LE -t UTF-8"},
	{TEXT("\0[\0w\0]\0\r\0\n"), "is in UTF-16BE,", "iconv -f UTF-16BE -t UTF-8"},
	{TEXT("\xff\xfe"), "is in UTF-16,", "is in UTF-16,"},
	{TEXT("\xff\xfe\0\0[\0\0\0"), "is in UTF-32,", "iconv -f UTF-32 -t UTF-8"},
	{TEXT("\0\0\xfe\xff\0\0\0["), "is in UTF-32,", "iconv -f UTF-32 -t UTF-8"},
	/* clang-format on */
};

static void one(const struct file *f, enum mode mode)
{
	const char *said = mode == MODE_LOGIN ? f->login : f->by_hand;
	enum status rc = judge(f->data, f->size, mode);

	if (rc != (said ? STATUS_CONFIG : STATUS_OK) || (said && !strstr(e.text, said)))
		fail_msg("file %zu%s: %d \"%s\", expected \"%s\"", (size_t)(f - files),
			mode == MODE_LOGIN ? " at a login" : "", (int)rc, e.text, said ? said : "");
}

static void test_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		one(&files[i], MODE_LOGIN);
		one(&files[i], MODE_BY_HAND);
	}
}

/* Half a command is worse than no command. */
static void test_the_command_is_whole_or_left_out(void **state)
{
	char path[600];
	bool whole = false, left_out = false;

	(void)state;
	for (size_t folder_len = 1; folder_len < 300; folder_len += 3) {
		for (size_t name_len = 1; name_len < 255; name_len += 3) {
			const char *command;

			memset(path, 'f', sizeof(path));
			path[0] = path[folder_len + 1] = '/';
			path[folder_len + 2 + name_len] = '\0';
			assert_int_equal(
				judge_at(path, TEXT("\xff\xfe[\0"), MODE_LOGIN), STATUS_CONFIG);
			command = strstr(e.text, "(cd ");
			if (command)
				assert_int_equal(e.text[strlen(e.text) - 1], ')');
			else
				assert_non_null(strstr(e.text, "convert it with iconv"));
			whole = whole || command;
			left_out = left_out || !command;
		}
	}
	assert_true(whole && left_out);
}

/* A user is enrolled and the file is cut anywhere: a login must not take them for not enrolled. */
static void test_cut_anywhere(void **state)
{
	static const char before[] = "[default]\nregion = x\n\n# mine\n",
			  whole[] = "[default]\nregion = x\n\n# mine\n[" SECTION
				    "]\naws_access_key_id = AKIA\n";

	(void)state;
	for (size_t n = 0; n < sizeof(whole); n++) {
		enum status rc = judge(whole, n, MODE_LOGIN);

		/* A cut between two lines leaves a file that looks whole. */
		if (rc == STATUS_OK && (n == 0 || n >= sizeof(before) || whole[n - 1] != '\n'))
			fail_msg("cut after %zu bytes", n);
	}
}

/* A power cut leaves NULs in place of the last block, or of the whole file. */
static void test_nuls_from_anywhere(void **state)
{
	char file[] = OTHER "[" SECTION "]\naws_access_key_id = AKIA\n";

	(void)state;
	for (size_t n = sizeof(file) - 1; n-- > 0;) {
		file[n] = '\0';
		assert_int_not_equal(judge(file, sizeof(file) - 1, MODE_LOGIN), STATUS_OK);
		assert_int_not_equal(judge(file, sizeof(file) - 1, MODE_BY_HAND), STATUS_OK);
	}
}

static void test_random_bytes(void **state)
{
	unsigned char data[64];

	(void)state;
	srandom(1);
	for (size_t run = 0; run < 2000; run++) {
		for (size_t i = 0; i < sizeof(data); i++)
			data[i] = (unsigned char)random();
		assert_int_not_equal(
			judge((const char *)data, sizeof(data), MODE_LOGIN), STATUS_OK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_table),
		cmocka_unit_test(test_the_command_is_whole_or_left_out),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_nuls_from_anywhere),
		cmocka_unit_test(test_random_bytes),
	};

	return cmocka_run_group_tests_name("absence", tests, NULL, NULL);
}
