#include "libraries.h"

#include "status.h"

#include <curl/curl.h>

/*
 * libcurl may load GnuTLS for protocols that are not used here. GnuTLS then sets itself up before
 * main(), unless the program has this function (GNUTLS_SKIP_GLOBAL_INIT of gnutls.h). A libcurl
 * that uses GnuTLS for https sets it up again.
 */
int _gnutls_global_init_skip(void) __attribute__((visibility("default")));

int _gnutls_global_init_skip(void)
{
	return 1;
}

enum status libraries_start(struct error *e)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return error_set(e, STATUS_SYSTEM, "libcurl cannot be set up; out of memory?");
	return STATUS_OK;
}
