/*
 * What a failed transfer means. Turns libcurl's result into a status and a line. The line names the
 * host, the cause and the next step.
 */
#ifndef AWS_MFA_STS_FAILURE_H
#define AWS_MFA_STS_FAILURE_H

#include "error.h"

#include <curl/curl.h>
#include <stdbool.h>

enum stage { STAGE_RESOLVE, STAGE_CONNECT, STAGE_TLS, STAGE_ANSWER };

struct failure {
	CURLcode code;
	enum stage stage;    /* how far the transfer came */
	int os_errno;        /* of the last connect() */
	int socket_errno;    /* of a socket() that failed, else 0 */
	bool no_descriptors; /* from lack.h, after the failure */
	bool no_ports;
	bool no_threads;
	bool not_loopback; /* http, but the name leads to another machine */
	bool code_sent;    /* the request with the code had begun */
	bool answer_too_long;
	long proxy_status;      /* HTTP status of the proxy's answer to CONNECT, or 0 */
	const char *curl_says;  /* CURLOPT_ERRORBUFFER; quoted only if it cannot hold secrets */
	const char *host;       /* with port */
	const char *proxy_host; /* with port, but no user or password; NULL without a proxy */
};

/*
 * Fills *e with STATUS_CODE_SPENT, STATUS_SYSTEM, STATUS_CONFIG or STATUS_UNAVAILABLE. Returns that
 * status.
 */
enum status failure_explain(const struct failure *f, struct error *e);

/* True if a retry at once may help and cannot send a code twice. */
bool failure_may_retry(const struct failure *f);

#endif
