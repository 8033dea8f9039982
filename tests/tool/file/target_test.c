/* Where a path leads. */
#include "file/target.h"
#include "test_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void leads(const char *path, enum status expected, const char *resolved)
{
	struct target t;
	struct error e;
	enum status rc = target_find(&t, path, &e);

	assert_int_equal(rc, expected);
	if (resolved) {
		assert_string_equal(t.path, in_folder(resolved));
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
	mkdir(in_folder("d"), 0700);
	put_text("d/f", "");
	assert_int_equal(symlink("d/../d/./f", in_folder("link")), 0);
	assert_int_equal(symlink(test_folder, in_folder("d/up")), 0);
	assert_int_equal(symlink("up/d/up//link", in_folder("d/far")), 0);
	assert_int_equal(symlink("gone", in_folder("d/dead")), 0);
	assert_int_equal(symlink("loop", in_folder("loop")), 0);
	leads(in_folder("d/f"), STATUS_OK, "d/f");
	leads(in_folder("link"), STATUS_OK, "d/f");
	leads(in_folder("d/far"), STATUS_OK, "d/f");
	leads(in_folder("d/dead"), STATUS_OK, "d/gone");
	leads(in_folder("d/none"), STATUS_OK, "d/none");
	leads(in_folder("none/f"), STATUS_NOT_SET_UP, NULL);
	leads(in_folder("d/dead/f"), STATUS_NOT_SET_UP, NULL);
	leads(in_folder("d/f/x"), STATUS_CONFIG, NULL);
	leads(in_folder("loop"), STATUS_CONFIG, NULL);
	leads(in_folder("d/.."), STATUS_CONFIG, NULL);
	leads("", STATUS_NOT_SET_UP, NULL);
	leads("/", STATUS_CONFIG, NULL);
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	leads(path, STATUS_CONFIG, NULL);
	path[300] = '\0';
	leads(path, STATUS_CONFIG, NULL);
	assert_int_equal(chdir(in_folder("d")), 0);
	leads("f", STATUS_OK, "d/f");
	leads("../link", STATUS_OK, "d/f");
	assert_int_equal(chdir(here), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FOLDER_TEST(finds_what_a_path_leads_to),
	};

	return cmocka_run_group_tests_name("target", tests, NULL, NULL);
}
