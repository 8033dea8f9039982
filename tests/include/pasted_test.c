/* What no message quotes: where people paste a secret. */
#include "pasted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" /* 40 characters */

static void secrets(void **state)
{
	static const char *const secret[] = {SECRET, "x" SECRET, "a b " SECRET " c",
		"\"" SECRET "\"", "aws_secret_access_key=" SECRET, "arn:" SECRET, SECRET SECRET};
	static const char *const other[] = {"", "eu-west-1", "arn:aws:iam::123456789012:role/Admin",
		"/etc/ssl/certs/ca-certificates.crt", &SECRET[1], "AKIAIOSFODNN7EXAMPLE",
		"https://sts.eu-west-1.amazonaws.com"};

	(void)state;
	for (size_t i = 0; i < sizeof(secret) / sizeof(secret[0]); i++) {
		assert_true(pasted_secret(secret[i]));
		assert_string_equal(pasted_hide(secret[i]), "(not shown: it looks like a secret)");
	}
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		assert_false(pasted_secret(other[i]));
		assert_ptr_equal(pasted_hide(other[i]), other[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(secrets)};

	return cmocka_run_group_tests_name("include/pasted", tests, NULL, NULL);
}
