/*
 * AWS's errors in plain words. One table maps an error code and a message to a status and one line.
 * The line says what to do next.
 *
 * Sources: STS API Reference ("Common Errors" and the errors of each action); IAM User Guide
 * ("Troubleshoot Signature Version 4"). AWS does not document STS's messages; examples are in
 * aws/aws-cli#6325, #6676 and kubernetes-sigs/external-dns#1626. For the errors of throttling and
 * those with an unknown outcome: botocore, retries/standard.py and data/_retry.json.
 */
#ifndef AWS_MFA_STS_AWS_ERROR_H
#define AWS_MFA_STS_AWS_ERROR_H

#include "error.h"
#include "response.h"

#include <stdbool.h>

/* What the lines name. NULL if there is none. */
struct aws_error_names {
	const char *host;
	const char *region;
	const char *access_key_id;
	bool by_session; /* the key is of a session that AWS has just issued */
	const char *serial;
	const char *role_arn;
	char next_code[16]; /* when the device shows the next code: "in 12 s" */
};

/*
 * Judges a server's answer to a request that held a code. a must be an error (a->is_error). Fills
 * *e and returns its status:
 * - STATUS_WRONG_CODE;
 * - STATUS_CONFIG if AWS definitely refuses the request;
 * - STATUS_CODE_SPENT if the answer does not say whether the code is used up.
 */
enum status aws_error_explain(const struct answer *a, long http_status,
	const struct aws_error_names *names, struct error *e);

/*
 * True if AWS refuses the key, or this use of the key, for every request. Then no code helps, and
 * *e is filled as by aws_error_explain().
 */
bool aws_error_key_refused(
	const struct answer *a, const struct aws_error_names *names, struct error *e);

/* True if the error's message blames the time of the signature. */
bool aws_error_blames_clock(const struct answer *a);

/* True if a wrong time of the signature may cause this error. */
bool aws_error_may_be_clock(const struct answer *a);

/* True if the error says that AWS limits the rate of requests. */
bool aws_error_is_throttling(const struct answer *a);

#endif
