/*
 * libcurl's handle, which serves one request after another. Tells libcurl what it must and must not
 * do; connection.h has the list. Keeps what the callbacks of libcurl see of the current request.
 */
#ifndef AWS_MFA_STS_HANDLE_H
#define AWS_MFA_STS_HANDLE_H

#include "body.h"
#include "endpoint.h"
#include "failure.h"
#include "steps.h"
#include "trust.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* All zero at the start. It must not move: libcurl keeps its address. */
struct handle {
	CURL *easy;
	bool loopback_only;
	char error[CURL_ERROR_SIZE];

	/* of the current request */
	const char *request; /* its body */
	size_t request_len;
	size_t given; /* bytes of it that libcurl has; it asks on a verified connection only */
	bool once;
	struct body body; /* of the answer */
	size_t header_bytes;
	bool in_headers;
	time_t date;
	bool tcp_connected;
	bool not_loopback;
	int socket_errno;
	int family; /* of the last socket */
};

/* Sets what holds for every request. Returns false if libcurl refuses an option. */
bool handle_open(struct handle *h, const struct endpoint *ep, const struct trust *trust,
	const char *proxy, const char *no_proxy);

/*
 * Sets what holds for the next request: a POST of body[len], or a GET if body is NULL. headers and
 * body must stay until handle_release(). Returns false if libcurl refuses an option.
 */
bool handle_prepare(struct handle *h, struct curl_slist *headers, const char *body, size_t len,
	bool once, int64_t timeout_ms);

/* Removes the pointers to the request that libcurl keeps. The body of the answer stays. */
void handle_release(struct handle *h);

/* Returns how far the request has come. */
enum stage handle_stage(const struct handle *h);

/* The steps of the last request. */
struct steps handle_steps(const struct handle *h);

/* Returns what is known about a request that failed with code. The caller fills in the hosts. */
struct failure handle_failure(const struct handle *h, CURLcode code);

#endif
