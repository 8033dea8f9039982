#include "libraries.h"

#include "status.h"

#include <curl/curl.h>
#include <openssl/crypto.h>

/*
 * libcurl may load GnuTLS for protocols that are not used here. GnuTLS then sets itself up before
 * main(), unless the program has this function (GNUTLS_SKIP_GLOBAL_INIT of gnutls.h). If libcurl
 * uses GnuTLS for https, libcurl sets it up later.
 */
/* NOLINTNEXTLINE(bugprone-reserved-identifier): GnuTLS defines the name */
int _gnutls_global_init_skip(void) __attribute__((visibility("default")));

int _gnutls_global_init_skip(void)
{
	return 1;
}

/*
 * OpenSSL's error texts are never shown. X.509's error texts are shown, but they are in another
 * table. The cipher table serves programs that look up a cipher by name. TLS gets its ciphers from
 * the providers.
 */
#define UNUSED_TABLES (OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_NO_ADD_ALL_CIPHERS)

static enum status failed(struct error *e)
{
	return error_set(e, STATUS_SYSTEM, "libcurl cannot be set up; out of memory?");
}

enum status libraries_start_signing(struct error *e)
{
	return OPENSSL_init_crypto(UNUSED_TABLES, NULL) == 1 ? STATUS_OK : failed(e);
}

enum status libraries_start(struct error *e)
{
	if (OPENSSL_init_crypto(UNUSED_TABLES, NULL) != 1 ||
		curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return failed(e);
	return STATUS_OK;
}
