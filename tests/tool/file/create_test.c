/* Files and folders that do not exist yet. */
#include "file/create.h"
#include "test_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void expect_mode(const char *name, mode_t mode, uid_t owner)
{
	struct stat st;

	assert_int_equal(stat(in_folder(name), &st), 0);
	assert_int_equal(st.st_mode & 07777, mode);
	assert_int_equal(st.st_uid, owner);
}

static char text[] = "[new]\n";
static const struct secret content = {.data = text, .size = sizeof(text) - 1};

static enum status create(const char *name, struct error *e)
{
	bool made;

	return create_file(in_folder(name), &content, &made, e);
}

static void creates_file_and_folder(void **state)
{
	bool made = false;
	struct error e;

	(void)state;
	assert_int_equal(create_file(in_folder("new/c"), &content, &made, &e), STATUS_OK);
	assert_true(made);
	expect_text("new/c", text);
	expect_mode("new", 0700, geteuid());
	expect_mode("new/c", 0600, geteuid());
	put_text("new/c", "[a]\n");
	assert_int_equal(create_file(in_folder("new/c"), &content, &made, &e), STATUS_OK);
	assert_false(made);
	expect_text("new/c", "[a]\n");
	assert_int_equal(create("gone/deep/c", &e), STATUS_CONFIG);
	/* where the owner's link points to nothing yet */
	assert_int_equal(symlink("there", in_folder("new/link")), 0);
	assert_int_equal(create("new/link", &e), STATUS_OK);
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
	mkdir(in_folder("home"), 0755);
	mkdir(in_folder("etc"), 0755);
	assert_int_equal(chown(in_folder("home"), STRANGER, STRANGER), 0);
	assert_int_equal(create("home/.aws/c", &e), STATUS_OK);
	expect_mode("home/.aws", 0700, STRANGER);
	expect_mode("home/.aws/c", 0600, STRANGER);
	assert_int_equal(symlink("../../etc/nologin", in_folder("home/.aws/d")), 0);
	assert_int_equal(lchown(in_folder("home/.aws/d"), STRANGER, STRANGER), 0);
	assert_int_equal(create("home/.aws/d", &e), STATUS_CONFIG);
	assert_non_null(strstr(e.text, "symlink"));
	expect_none("etc/nologin");
	assert_int_equal(symlink("../etc/new", in_folder("home/dir")), 0);
	assert_int_equal(lchown(in_folder("home/dir"), STRANGER, STRANGER), 0);
	assert_int_equal(create("home/dir/c", &e), STATUS_CONFIG);
	expect_none("etc/new");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FOLDER_TEST(creates_file_and_folder),
		FOLDER_TEST(root_creates_nothing_where_a_user_s_link_points),
	};

	return cmocka_run_group_tests_name("create", tests, NULL, NULL);
}
