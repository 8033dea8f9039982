/* Which certificates are trusted: those of ca_bundle, and no others. */
#include "../file/test_folder.h"
#include "status.h"
#include "trust.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct trust t;
static struct error e;

/* libcurl may take NULL for what the system trusts. */
static void test_a_file(void **state)
{
	struct trust none;

	(void)state;
	put_text("ca.pem", "x");
	assert_int_equal(trust_choose(in_folder("ca.pem"), &t, &e), STATUS_OK);
	assert_string_equal(t.file, in_folder("ca.pem"));
	assert_int_equal(trust_choose(t.folder, &none, &e), STATUS_CONFIG);
	assert_non_null(strstr(e.text, "no hash links"));
}

static void test_a_folder(void **state)
{
	(void)state;
	put_text("0a1b2c3e.0", "x");
	put_text("0a1b2c3d.1", "x");
	put_text("0a1b2c3c.r0", "a list of what is revoked");
	put_text("01234567.pem", "x");
	assert_int_equal(trust_choose(test_folder, &t, &e), STATUS_OK);
	assert_string_equal(t.folder, test_folder);
	assert_string_equal(t.file, in_folder("0a1b2c3d.1"));
}

static void test_a_folder_without_certificates(void **state)
{
	(void)state;
	put_text("ca.pem", "x");
	assert_int_equal(trust_choose(test_folder, &t, &e), STATUS_CONFIG);
	assert_non_null(strstr(e.text, "run: openssl rehash "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FOLDER_TEST(test_a_file),
		FOLDER_TEST(test_a_folder),
		FOLDER_TEST(test_a_folder_without_certificates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
