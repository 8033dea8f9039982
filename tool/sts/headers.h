/* The headers of a request in libcurl's form. They may hold a session token. */
#ifndef AWS_MFA_STS_HEADERS_H
#define AWS_MFA_STS_HEADERS_H

#include <curl/curl.h>

/*
 * Copies "Name: value" lines, NULL-terminated. Returns NULL without memory. Free with
 * headers_wipe().
 */
struct curl_slist *headers_list(const char *const *headers);

/* Overwrites and frees list, which may be NULL. */
void headers_wipe(struct curl_slist *list);

#endif
