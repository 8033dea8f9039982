/* What test_store_*.py cannot bring about from outside: half-written files, deadlines, creation. */
#include "credentials/store.h"
#include "file/create.h"
#include "file/inplace.h"
#include "file/lock.h"
#include "file/read.h"
#include "record.h"
#include "text/log.h"
#include "text/write_all.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define STRANGER 12345

static char folder[PATH_MAX];

/* A path in this test's folder; good until the call after the next. */
static const char *in(const char *name)
{
	static char paths[2][PATH_MAX + 64];
	static int turn;

	turn = !turn;
	snprintf(paths[turn], sizeof(paths[turn]), "%s/%s", folder, name);
	return paths[turn];
}

static void put(const char *name, const char *data, size_t size)
{
	int fd = open(in(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_true(write_all(fd, data, size));
	close(fd);
}

static void put_text(const char *name, const char *text)
{
	put(name, text, strlen(text));
}

static bool holds(const char *name, const char *text)
{
	struct secret b;
	struct error e;
	struct stat st;
	enum file_found found;
	bool same;

	assert_int_equal(file_read(in(name), &b, &st, &found, &e), STATUS_OK);
	same = b.size == strlen(text) && memcmp(b.data, text, b.size) == 0;
	secret_free(&b);
	return same;
}

static void expect_text(const char *name, const char *text)
{
	assert_true(holds(name, text));
}

static void expect_none(const char *name)
{
	assert_int_equal(access(in(name), F_OK), -1);
}

static bool undo(void)
{
	return store_undo(in("c"));
}

static void expect_clean(void)
{
	expect_none(".c.aws-mfa-saved");
	expect_none(".c.aws-mfa-new");
	expect_none(".c.aws-mfa-part");
	expect_none(".c.aws-mfa-kept");
}

/* Writing new over old has been cut off behind byte cut; zeros as a power cut can leave them. */
static void leave_half(const char *old, const char *new, size_t cut, bool zeros)
{
	size_t o = strlen(old), n = strlen(new);
	size_t size = o > n ? o : n;
	char half[256] = {0};

	memcpy(half, old, o);
	memcpy(half, new, cut);
	if (!zeros)
		size = cut > o ? cut : o;
	put("c", half, size);
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
				was_old = holds("c", old);
				/* Whole already, it is left alone. */
				if (holds("c", new))
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
	unlink(in(".c.aws-mfa-kept"));
	expect_clean();
	/* nor is anything judged by one of the two alone */
	leave_half("[a]\nkey = old\n", "[a]\nkey = new\n", 11, false);
	unlink(in(".c.aws-mfa-new"));
	assert_false(undo());
	assert_int_equal(store_pairs(&(struct store_place){.path = in("c"), .section = "b"}, &pair,
				 1, monotonic_ms() + 5000, &e),
		STATUS_OK);
	expect_text(".c.aws-mfa-kept", "[a]\nkey = old\n");
	expect_text("c", "[a]\nkey = nld\n\n[b]\nkey = newer\n");
	unlink(in(".c.aws-mfa-kept"));
	leave_half("[a]\nkey = old\n", "[a]\nkey = new\n", 11, false);
	unlink(in(".c.aws-mfa-saved"));
	assert_false(undo());
	expect_text("c", "[a]\nkey = nld\n");
	expect_clean();
}

static void only_a_copy_of_ours_is_trusted(void **state)
{
	(void)state;
	leave_half("[a]\nkey = old\n", "[a]\nkey = new\n", 11, false);
	assert_int_equal(chmod(in(".c.aws-mfa-saved"), 0622), 0);
	assert_false(undo());
	expect_text("c", "[a]\nkey = nld\n");
	chmod(in(".c.aws-mfa-saved"), 0600);
	assert_int_equal(link(in(".c.aws-mfa-saved"), in("second")), 0);
	assert_false(undo());
	expect_text("c", "[a]\nkey = nld\n");
	unlink(in("second"));
	if (geteuid() == 0) {
		assert_int_equal(chown(in(".c.aws-mfa-saved"), STRANGER, STRANGER), 0);
		assert_false(undo());
		expect_text("c", "[a]\nkey = nld\n");
		assert_int_equal(chown(in(".c.aws-mfa-saved"), 0, 0), 0);
	}
	assert_true(undo());
	expect_text("c", "[a]\nkey = old\n");
	expect_clean();
}

/* In a user's folder, a file of root's that the user has renamed: root must not copy it to him. */
static void root_s_file_is_no_copy(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		print_message("# needs root, to own what a user has renamed\n");
		skip();
	}
	assert_int_equal(chown(folder, STRANGER, STRANGER), 0);
	leave_half("[a]\nkey = old\n", "[a]\nkey = new\n", 11, false);
	assert_int_equal(chown(in("c"), STRANGER, STRANGER), 0);
	assert_int_equal(chown(in(".c.aws-mfa-new"), STRANGER, STRANGER), 0);
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
	strcpy(path, in("c"));
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

static void sections_wait_for_themselves_only(void **state)
{
	struct error e;
	int64_t start;
	int a, b;

	(void)state;
	put_text("c", "");
	assert_int_equal(lock_section(in("c"), "a", monotonic_ms() + 1000, &a, &e), STATUS_OK);
	assert_int_equal(lock_section(in("c"), "b", monotonic_ms(), &b, &e), STATUS_OK);
	assert_true(a >= 0 && b >= 0);
	close(b);
	start = monotonic_ms();
	assert_int_equal(lock_section(in("c"), "a", start + 300, &b, &e), STATUS_SYSTEM);
	assert_int_equal(b, -1);
	assert_non_null(strstr(e.text, "[a]"));
	assert_in_range(monotonic_ms() - start, 300, 450);
	close(a);
	assert_int_equal(lock_section(in("c"), "a", monotonic_ms(), &a, &e), STATUS_OK);
	assert_true(a >= 0);
	close(a);
	assert_int_equal(
		lock_section(in("nowhere/c"), "a", monotonic_ms(), &a, &e), STATUS_NOT_SET_UP);
}

static void leads(const char *path, enum status expected, const char *resolved)
{
	struct target t;
	struct error e;
	enum status rc = target_find(&t, path, &e);

	assert_int_equal(rc, expected);
	if (resolved) {
		assert_string_equal(t.path, in(resolved));
		assert_string_equal(
			t.name, strrchr(resolved, '/') ? strrchr(resolved, '/') + 1 : resolved);
	}
	target_free(&t);
}

static void finds_what_a_path_leads_to(void **state)
{
	char path[PATH_MAX + 512];
	char here[PATH_MAX];

	(void)state;
	assert_non_null(getcwd(here, sizeof(here)));
	mkdir(in("d"), 0700);
	put_text("d/f", "");
	assert_int_equal(symlink("d/../d/./f", in("link")), 0);
	assert_int_equal(symlink(folder, in("d/up")), 0);
	assert_int_equal(symlink("up/d/up//link", in("d/far")), 0);
	assert_int_equal(symlink("gone", in("d/dead")), 0);
	assert_int_equal(symlink("loop", in("loop")), 0);
	leads(in("d/f"), STATUS_OK, "d/f");
	leads(in("link"), STATUS_OK, "d/f");
	leads(in("d/far"), STATUS_OK, "d/f");
	leads(in("d/dead"), STATUS_OK, "d/gone");
	leads(in("d/none"), STATUS_OK, "d/none");
	leads(in("none/f"), STATUS_NOT_SET_UP, NULL);
	leads(in("d/dead/f"), STATUS_NOT_SET_UP, NULL);
	leads(in("d/f/x"), STATUS_CONFIG, NULL);
	leads(in("loop"), STATUS_CONFIG, NULL);
	leads(in("d/.."), STATUS_CONFIG, NULL);
	leads("", STATUS_NOT_SET_UP, NULL);
	leads("/", STATUS_CONFIG, NULL);
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	leads(path, STATUS_CONFIG, NULL);
	path[300] = '\0';
	leads(path, STATUS_CONFIG, NULL);
	assert_int_equal(chdir(in("d")), 0);
	leads("f", STATUS_OK, "d/f");
	leads("../link", STATUS_OK, "d/f");
	assert_int_equal(chdir(here), 0);
}

static void expect_mode(const char *name, mode_t mode, uid_t owner)
{
	struct stat st;

	assert_int_equal(stat(in(name), &st), 0);
	assert_int_equal(st.st_mode & 07777, mode);
	assert_int_equal(st.st_uid, owner);
}

static void creates_file_and_folder(void **state)
{
	struct error e;

	(void)state;
	assert_int_equal(create_file(in("new/c"), &e), STATUS_OK);
	expect_mode("new", 0700, geteuid());
	expect_mode("new/c", 0600, geteuid());
	put_text("new/c", "[a]\n");
	assert_int_equal(create_file(in("new/c"), &e), STATUS_OK);
	expect_text("new/c", "[a]\n");
	assert_int_equal(create_file(in("gone/deep/c"), &e), STATUS_CONFIG);
	/* where the owner's link points to nothing yet */
	assert_int_equal(symlink("there", in("new/link")), 0);
	assert_int_equal(create_file(in("new/link"), &e), STATUS_OK);
	expect_mode("new/there", 0600, geteuid());
}

static void root_creates_nothing_where_a_user_s_link_points(void **state)
{
	struct error e;

	(void)state;
	if (geteuid() != 0) {
		print_message("# needs root, to be led astray\n");
		skip();
	}
	mkdir(in("home"), 0755);
	mkdir(in("etc"), 0755);
	assert_int_equal(chown(in("home"), STRANGER, STRANGER), 0);
	assert_int_equal(create_file(in("home/.aws/c"), &e), STATUS_OK);
	expect_mode("home/.aws", 0700, STRANGER);
	expect_mode("home/.aws/c", 0600, STRANGER);
	assert_int_equal(symlink("../../etc/nologin", in("home/.aws/d")), 0);
	assert_int_equal(lchown(in("home/.aws/d"), STRANGER, STRANGER), 0);
	assert_int_equal(create_file(in("home/.aws/d"), &e), STATUS_CONFIG);
	assert_non_null(strstr(e.text, "symlink"));
	expect_none("etc/nologin");
	assert_int_equal(symlink("../etc/new", in("home/dir")), 0);
	assert_int_equal(lchown(in("home/dir"), STRANGER, STRANGER), 0);
	assert_int_equal(create_file(in("home/dir/c"), &e), STATUS_CONFIG);
	expect_none("etc/new");
}

static int make_folder(void **state)
{
	const char *homes = getenv("HOMES"); /* from run.py */

	(void)state;
	if (!realpath(homes ? homes : "/tmp", folder))
		return -1;
	strncat(folder, "/storeXXXXXX", sizeof(folder) - strlen(folder) - 1);
	if (!mkdtemp(folder))
		return -1;
	setenv("HOME", folder, 1);
	log_set_level("ERROR");
	return 0;
}

static int remove_folder(void **state)
{
	char command[PATH_MAX + 32];

	(void)state;
	snprintf(command, sizeof(command), "rm -r '%s'", folder);
	return system(command);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(every_cut_is_undone),
		TEST(shorter_but_not_yet_cut_to_size),
		TEST(later_edits_stay),
		TEST(only_a_copy_of_ours_is_trusted),
		TEST(root_s_file_is_no_copy),
		TEST(what_cannot_be_undone_is_not_written),
		TEST(what_a_killed_run_left_goes),
		TEST(sections_wait_for_themselves_only),
		TEST(finds_what_a_path_leads_to),
		TEST(creates_file_and_folder),
		TEST(root_creates_nothing_where_a_user_s_link_points),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
