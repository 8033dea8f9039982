/* Sends records to aws-mfa. A parent that does not read for ten seconds counts as gone. */
#ifndef AWS_MFA_STS_REPORT_H
#define AWS_MFA_STS_REPORT_H

#include "client.h"
#include "connection.h"
#include "error.h"
#include "peer.h"

#include <stdbool.h>
#include <stdint.h>

/* Returns false if aws-mfa is gone. text may be NULL. */
bool report(struct peer *aws_mfa, const char *word, const char *text);

bool report_number(struct peer *aws_mfa, const char *word, int64_t number);

/* A `result`, from *e. */
void report_result(struct peer *aws_mfa, const struct error *e);

/* The server's time, if it is known, and the request id, if it is not NULL. */
bool report_origin(struct peer *aws_mfa, const struct client *c, const char *request_id);

/* `steps`, if the last request has made a new connection. */
void report_steps(struct peer *aws_mfa, const struct client *c);

/* A `debug` line about an answer. began_ms is when the request was made. */
void report_debug(struct peer *aws_mfa, const char *what, const struct client *c,
	const struct reply *reply, int64_t began_ms);

#endif
