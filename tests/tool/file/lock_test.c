/* Locks that wait, and for how long. */
#include "file/lock.h"
#include "monotonic.h"
#include "test_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void sections_wait_for_themselves_only(void **state)
{
	struct error e;
	int64_t start;
	int a, b;

	(void)state;
	put_text("c", "");
	assert_int_equal(
		lock_section(in_folder("c"), "a", monotonic_ms() + 1000, &a, &e), STATUS_OK);
	assert_int_equal(lock_section(in_folder("c"), "b", monotonic_ms(), &b, &e), STATUS_OK);
	assert_true(a >= 0 && b >= 0);
	close(b);
	start = monotonic_ms();
	assert_int_equal(lock_section(in_folder("c"), "a", start + 300, &b, &e), STATUS_SYSTEM);
	assert_int_equal(b, -1);
	assert_non_null(strstr(e.text, "[a]"));
	assert_in_range(monotonic_ms() - start, 300, 450);
	close(a);
	assert_int_equal(lock_section(in_folder("c"), "a", monotonic_ms(), &a, &e), STATUS_OK);
	assert_true(a >= 0);
	close(a);
	assert_int_equal(lock_section(in_folder("nowhere/c"), "a", monotonic_ms(), &a, &e),
		STATUS_NOT_SET_UP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FOLDER_TEST(sections_wait_for_themselves_only),
	};

	return cmocka_run_group_tests_name("lock", tests, NULL, NULL);
}
