/* The headers of a request as libcurl takes them; a session's token may be among them. */
#ifndef AWS_MFA_STS_HEADERS_H
#define AWS_MFA_STS_HEADERS_H

#include <curl/curl.h>

/* A copy of "Name: value" lines, NULL-terminated; NULL without memory. headers_wipe() ends it. */
struct curl_slist *headers_list(const char *const *headers);

/* Overwrites and frees; list may be NULL. */
void headers_wipe(struct curl_slist *list);

#endif
