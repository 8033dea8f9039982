/*
 * libcurl's handle, on which requests follow each other: what it must and must not do in each
 * (connection.h has the list), and what its callbacks saw of the one under way.
 */
#ifndef AWS_MFA_STS_HANDLE_H
#define AWS_MFA_STS_HANDLE_H

#include "body.h"
#include "endpoint.h"
#include "failure.h"
#include "trust.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Starts as zeros, and stays where it is. */
struct handle {
	CURL *easy;
	bool loopback_only;
	char error[CURL_ERROR_SIZE];

	/* of the request under way */
	struct body body;
	size_t header_bytes;
	bool spends_code;
	bool started; /* it begins on a connection that is set up and verified */
	bool tcp_connected;
	bool not_loopback;
	int socket_errno;
	int family; /* of the last socket */
	char peer[64];
};

/* What holds for every request. Returns false when libcurl refuses one of its options. */
bool handle_open(struct handle *h, const struct endpoint *ep, const struct trust *trust,
	const char *proxy, const char *no_proxy);

/*
 * What holds for the next one: a POST of body[len], or a GET where body is NULL. headers and body
 * must stay until handle_release(). Returns false as above.
 */
bool handle_prepare(struct handle *h, struct curl_slist *headers, const char *body, size_t len,
	bool spends_code, int64_t timeout_ms);

/* Takes back the pointers that libcurl keeps to a request; the body of its answer stays. */
void handle_release(struct handle *h);

/* How far the request has come. */
enum stage handle_stage(const struct handle *h);

/* What is known of one that has failed with code; the hosts are the caller's to name. */
struct failure handle_failure(const struct handle *h, CURLcode code);

#endif
