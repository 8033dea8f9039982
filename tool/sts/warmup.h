/*
 * The request that goes ahead of the code: it opens the connection, finds out the server's time
 * and, when signed, whether the key is any good. Nothing here holds a code.
 */
#ifndef AWS_MFA_STS_WARMUP_H
#define AWS_MFA_STS_WARMUP_H

#include "client.h"
#include "error.h"

struct identity {
	char account[64]; /* empty when not told */
	char arn[512];
};

enum warmup_judgement {
	WARMUP_READY,
	WARMUP_RESIGN, /* a clock fault: *skew is set, sign again with it */
	WARMUP_FAILED, /* *e says why */
};

/*
 * Judges the answer to a signed GetCallerIdentity. now is this machine's time, *skew the
 * correction it was signed with. id may come back empty.
 */
enum warmup_judgement warmup_judge_signed(const struct reply *reply, time_t now, time_t *skew,
	const struct aws_error_names *names, struct identity *id, struct error *e);

/* Judges the answer to an unsigned GET: anything HTTP but a failing server is ready. */
enum warmup_judgement warmup_judge_unsigned(const struct reply *reply, time_t now, time_t *skew,
	const struct aws_error_names *names, struct error *e);

/* Warms up as the settings say, before their deadline. Returns STATUS_OK, or another status with *e
 * filled. */
enum status warmup(struct client *c, struct identity *id, struct reply *reply, struct error *e);

/*
 * Sends the same request again, on a new connection where the old one is gone. It judges the clock
 * only: the key has been judged. wake_fd as in struct outgoing.
 */
void warmup_again(struct client *c, int wake_fd, int64_t deadline_ms);

#endif
