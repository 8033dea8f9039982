#include "libraries.h"

#include "status.h"

#include <curl/curl.h>
#include <openssl/crypto.h>

/*
 * libcurl may load GnuTLS for protocols that are not used here. GnuTLS then sets itself up before
 * main(), unless the program has this function (GNUTLS_SKIP_GLOBAL_INIT of gnutls.h). A libcurl
 * that uses GnuTLS for https sets it up again.
 */
/* NOLINTNEXTLINE(bugprone-reserved-identifier): GnuTLS has chosen the name */
int _gnutls_global_init_skip(void) __attribute__((visibility("default")));

int _gnutls_global_init_skip(void)
{
	return 1;
}

/*
 * The texts of OpenSSL's errors are never shown: X.509's own, which are, stand elsewhere. The table
 * of ciphers is for programs that look one up by name: TLS fetches ciphers from the providers.
 */
#define UNUSED_TABLES (OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_NO_ADD_ALL_CIPHERS)

enum status libraries_start(struct error *e)
{
	if (OPENSSL_init_crypto(UNUSED_TABLES, NULL) != 1 ||
		curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return error_set(e, STATUS_SYSTEM, "libcurl cannot be set up; out of memory?");
	return STATUS_OK;
}
