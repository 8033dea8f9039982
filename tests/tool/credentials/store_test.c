/* Half-written files, which test_store_*.py cannot make from outside. */
#include "credentials/store.h"
#include "file/inplace.h"
#include "file/lock.h"
#include "monotonic.h"
#include "tool/file/test_folder.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static bool undo(void)
{
	return store_undo(in_folder("c"));
}

static void expect_clean(void)
{
	expect_none(".c.aws-mfa-saved");
	expect_none(".c.aws-mfa-new");
	expect_none(".c.aws-mfa-part");
	expect_none(".c.aws-mfa-kept");
}

/* The write of new over old stopped after byte cut. zeros: as a power cut can leave the file. */
static void leave_half(const char *old, const char *new, size_t cut, bool zeros)
{
	size_t o = strlen(old), n = strlen(new);
	size_t size = o > n ? o : n;
	char half[256] = {0};

	memcpy(half, old, o);
	memcpy(half, new, cut);
	if (!zeros)
		size = cut > o ? cut : o;
	put_file("c", half, size);
	put_text(".c.aws-mfa-saved", old);
	put_text(".c.aws-mfa-new", new);
}

static void every_cut_is_undone(void **state)
{
	static const char *const pairs[][2] = {
		{"[a]\nkey = 1\n[b]\nx = y\n", "[a]\nkey = 1\ntoken = long and new\n[b]\nx = y\n"},
		{"[a]\nkey = 1\ntoken = long and old\n[b]\n", "[a]\nkey = 2\n[b]\n"},
		{"[a]\nkey = old\n", "[a]\nkey = new\n"},
		{"", "[a]\nkey = new\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const char *old = pairs[i][0], *new = pairs[i][1];

		for (size_t cut = 0; cut <= strlen(new); cut++) {
			for (int zeros = 0; zeros < 2; zeros++) {
				const char *expected = old;

				bool was_old;

				leave_half(old, new, cut, zeros);
				was_old = file_holds("c", old);
				/* A file that is already whole stays as it is. */
				if (file_holds("c", new))
					expected = new;
				assert_int_equal(undo(), expected == old && !was_old);
				expect_text("c", expected);
				expect_clean();
			}
		}
	}
}

static void shorter_but_not_yet_cut_to_size(void **state)
{
	(void)state;
	leave_half("[a]\nlong = old\n", "[a]\n", 4, false);
	undo();
	expect_text("c", "[a]\nlong = old\n");
	expect_clean();
	put_text("c", "[a]\n");
	put_text(".c.aws-mfa-saved", "[a]\nlong = old\n");
	put_text(".c.aws-mfa-new", "[a]\n");
	assert_false(undo());
	expect_text("c", "[a]\n");
	expect_clean();
}

static void later_edits_stay(void **state)
{
	const struct ini_pair pair = {"key", "newer"};
	struct error e;

	(void)state;
	leave_half("[a]\nkey = old\n", "[a]\nkey = new\n", 11, false);
	put_text("c", "[a]\nkey = mine\n");
	assert_false(undo());
	expect_text("c", "[a]\nkey = mine\n");
	expect_text(".c.aws-mfa-kept", "[a]\nkey = old\n");
	unlink(in_folder(".c.aws-mfa-kept"));
	expect_clean();
	/* one of the two copies is not enough to judge the file */
	leave_half("[a]\nkey = old\n", "[a]\nkey = new\n", 11, false);
	unlink(in_folder(".c.aws-mfa-new"));
	assert_false(undo());
	assert_int_equal(store_pairs(&(struct store_place){.path = in_folder("c"), .section = "b"},
				 &pair, 1, monotonic_ms() + 5000, &e),
		STATUS_OK);
	expect_text(".c.aws-mfa-kept", "[a]\nkey = old\n");
	expect_text("c", "[a]\nkey = nld\n\n[b]\nkey = newer\n");
	unlink(in_folder(".c.aws-mfa-kept"));
	leave_half("[a]\nkey = old\n", "[a]\nkey = new\n", 11, false);
	unlink(in_folder(".c.aws-mfa-saved"));
	assert_false(undo());
	expect_text("c", "[a]\nkey = nld\n");
	expect_clean();
}

static void only_a_copy_of_ours_is_trusted(void **state)
{
	(void)state;
	leave_half("[a]\nkey = old\n", "[a]\nkey = new\n", 11, false);
	assert_int_equal(chmod(in_folder(".c.aws-mfa-saved"), 0622), 0);
	assert_false(undo());
	expect_text("c", "[a]\nkey = nld\n");
	chmod(in_folder(".c.aws-mfa-saved"), 0600);
	assert_int_equal(link(in_folder(".c.aws-mfa-saved"), in_folder("second")), 0);
	assert_false(undo());
	expect_text("c", "[a]\nkey = nld\n");
	unlink(in_folder("second"));
	if (geteuid() == 0) {
		assert_int_equal(chown(in_folder(".c.aws-mfa-saved"), STRANGER, STRANGER), 0);
		assert_false(undo());
		expect_text("c", "[a]\nkey = nld\n");
		assert_int_equal(chown(in_folder(".c.aws-mfa-saved"), 0, 0), 0);
	}
	assert_true(undo());
	expect_text("c", "[a]\nkey = old\n");
	expect_clean();
}

/* The user has renamed a file of root's in their folder: root must not copy it to the user. */
static void root_s_file_is_no_copy(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		print_message("# needs root, to own what a user has renamed\n");
		skip();
	}
	assert_int_equal(chown(test_folder, STRANGER, STRANGER), 0);
	leave_half("[a]\nkey = old\n", "[a]\nkey = new\n", 11, false);
	assert_int_equal(chown(in_folder("c"), STRANGER, STRANGER), 0);
	assert_int_equal(chown(in_folder(".c.aws-mfa-new"), STRANGER, STRANGER), 0);
	assert_false(undo());
	expect_text("c", "[a]\nkey = nld\n");
}

static void what_cannot_be_undone_is_not_written(void **state)
{
	const struct ini_pair pair = {"key", "newer"};
	char path[PATH_MAX + 64];
	const struct store_place to = {.path = path, .section = "a"};
	struct rlimit limit;
	rlim_t before;
	struct error e;

	(void)state;
	strcpy(path, in_folder("c"));
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	before = limit.rlim_cur;
	leave_half("[a]\nkey = old\n", "[a]\nkey = new\n", 11, false);
	limit.rlim_cur = 0;
	setrlimit(RLIMIT_FSIZE, &limit);
	assert_false(undo());
	assert_int_equal(store_pairs(&to, &pair, 1, monotonic_ms() + 5000, &e), STATUS_NOT_STORED);
	limit.rlim_cur = before;
	setrlimit(RLIMIT_FSIZE, &limit);
	assert_non_null(strstr(e.text, ".c.aws-mfa-saved"));
	expect_text(".c.aws-mfa-saved", "[a]\nkey = old\n");
	assert_int_equal(store_pairs(&to, &pair, 1, monotonic_ms() + 5000, &e), STATUS_OK);
	expect_text("c", "[a]\nkey = newer\n");
	expect_clean();
}

static void what_a_killed_run_left_goes(void **state)
{
	(void)state;
	put_text("c", "[a]\n");
	put_text(".c.aws-mfa-new", "[a]\nhalf");
	put_text(".c.aws-mfa-part", "");
	assert_false(undo());
	expect_text("c", "[a]\n");
	expect_clean();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FOLDER_TEST(every_cut_is_undone),
		FOLDER_TEST(shorter_but_not_yet_cut_to_size),
		FOLDER_TEST(later_edits_stay),
		FOLDER_TEST(only_a_copy_of_ours_is_trusted),
		FOLDER_TEST(root_s_file_is_no_copy),
		FOLDER_TEST(what_cannot_be_undone_is_not_written),
		FOLDER_TEST(what_a_killed_run_left_goes),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
