/*
 * Sends records to aws-mfa, or through the signer to aws-mfa. A reader that does not read for ten
 * seconds counts as gone.
 */
#ifndef AWS_MFA_STS_REPORT_H
#define AWS_MFA_STS_REPORT_H

#include "client.h"
#include "connection.h"
#include "error.h"
#include "peer.h"

#include <stdbool.h>
#include <stdint.h>

/* Returns false if the reader is gone. text may be NULL. */
bool report(struct peer *to, const char *word, const char *text);

/* Sends a long text in as many records as needed: the reader joins them. */
bool report_pieces(struct peer *to, const char *word, const char *text);

/* When the reader counts as gone, if it is not heard from until then. */
int64_t report_deadline(void);

bool report_number(struct peer *to, const char *word, int64_t number);

/* A `result`, from *e. */
void report_result(struct peer *to, const struct error *e);

/* The server's time, if it is known, and the request id, if it is not NULL. */
bool report_origin(struct peer *to, const struct client *c, const char *request_id);

/* `steps`, if the last request has made a new connection. */
void report_steps(struct peer *to, const struct client *c);

/* A `debug` line about an answer. began_ms is when the request was made. */
void report_debug(struct peer *to, const char *what, const struct client *c,
	const struct reply *reply, int64_t began_ms);

#endif
