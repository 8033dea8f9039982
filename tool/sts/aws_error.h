/*
 * AWS's errors in plain words: one table from error code and message to a status and one line
 * that says what to do next.
 *
 * Sources: STS API Reference ("Common Errors" and the errors of each action), IAM User Guide
 * ("Troubleshoot Signature Version 4"), and the messages STS is seen to send, which are not
 * documented: aws/aws-cli#6325, #6676, kubernetes-sigs/external-dns#1626. What limits the rate or
 * leaves open what became of the request: botocore, retries/standard.py and data/_retry.json.
 */
#ifndef AWS_MFA_STS_AWS_ERROR_H
#define AWS_MFA_STS_AWS_ERROR_H

#include "error.h"
#include "response.h"

#include <stdbool.h>

/* What the sentences name. NULL where there is none. */
struct aws_error_names {
	const char *host;
	const char *region;
	const char *access_key_id;
	bool by_session; /* the key is of a session AWS has just given, not the user's own */
	const char *serial;
	const char *role_arn;
	char next_code[16]; /* when the device shows another: "in 12 s" */
};

/*
 * Judges an answer of a server to a request that held a code: http_status and a, which is an
 * error (a->is_error). STATUS_WRONG_CODE, STATUS_CONFIG for what AWS definitely refuses, or
 * STATUS_CODE_SPENT where it does not say whether it used up the code. Returns the status.
 */
enum status aws_error_explain(const struct answer *a, long http_status,
	const struct aws_error_names *names, struct error *e);

/*
 * True when the error says that the key or this use of it is refused whatever is asked: then no
 * code will help, and *e is filled as by aws_error_explain().
 */
bool aws_error_key_refused(
	const struct answer *a, const struct aws_error_names *names, struct error *e);

/* True when the error's message blames the time of the signature. */
bool aws_error_blames_clock(const struct answer *a);

/* True for the errors with which a wrong time of the signature may be told. */
bool aws_error_may_be_clock(const struct answer *a);

/* Does a say that AWS limits the rate of requests? */
bool aws_error_is_throttling(const struct answer *a);

#endif
