/* What libraries_start() leaves out of OpenSSL, for speed. */
#include "libraries.h"
#include "status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>

static void test_without_tables(void **state)
{
	struct error e;

	(void)state;
	assert_int_equal(libraries_start(&e), STATUS_OK);
	ERR_clear_error();
	assert_null(ERR_reason_error_string(ERR_PACK(ERR_LIB_EVP, 0, EVP_R_BAD_DECRYPT)));
	assert_null(OBJ_NAME_get("AES-128-OFB", OBJ_NAME_TYPE_CIPHER_METH));
	/* Signatures of certificates look these up by name. */
	assert_non_null(OBJ_NAME_get("SHA256", OBJ_NAME_TYPE_MD_METH));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_without_tables)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
